/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets that survive what goes wrong with a connection.
 *
 * gRPC core up to 1.52 closes the ears for good once accept4() fails: with no file left (EMFILE), which anybody can bring about who can
 * open connections, or because a client has gone already (ECONNABORTED); see its issues 20418 and 29308.  The process lives on and
 * nobody can reach it.  So accept4() is ours, in the whole process: such a failure costs the connection, not the listener.
 *
 * It does not limit connections: who opens many keeps others out, but only as long as he does. */
#pragma once

/* Keep a file in reserve and allow as many files as the system lets us have.  To be called before there is a listener; also, it
 * is what makes the linker take our accept4(). */
void accept_prepare(void);
