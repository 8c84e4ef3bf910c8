/* SPDX-License-Identifier: Apache-2.0 */
/* ThreadSanitizer does not see how gRPC core, which is not instrumented, hands an event from the thread that asked for it
 * to the one that gets it.  These two say so; without the sanitizer they are nothing. */
#pragma once

#if defined(__SANITIZE_THREAD__)
#define SERVE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SERVE_TSAN 1
#endif
#endif

#ifdef SERVE_TSAN
void __tsan_acquire(void *at);
void __tsan_release(void *at);
static inline void tsan_asked(void *tag) { __tsan_release(tag); }
static inline void tsan_got(void *tag) { __tsan_acquire(tag); }
#else
static inline void tsan_asked(void *tag) { (void)tag; }
static inline void tsan_got(void *tag) { (void)tag; }
#endif
