// SPDX-License-Identifier: Apache-2.0

// Calls with bytes instead of messages, for what no typed client would send.
package main

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
)

type rawCodec struct{}

func (rawCodec) Marshal(v any) ([]byte, error) {
	if b, ok := v.([]byte); ok {
		return b, nil
	}
	return nil, fmt.Errorf("not bytes: %T", v)
}

func (rawCodec) Unmarshal(data []byte, v any) error {
	b, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("not bytes: %T", v)
	}
	*b = append([]byte{}, data...)
	return nil
}

func (rawCodec) Name() string { return "proto" }

func runBytes(ctx context.Context, conn *grpc.ClientConn, path string, request []byte, more ...grpc.CallOption) ([]byte, error) {
	var answer []byte
	err := conn.Invoke(ctx, path, request, &answer, append(more, grpc.ForceCodec(rawCodec{}))...)
	return answer, err
}
