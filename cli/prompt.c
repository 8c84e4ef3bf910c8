/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/prompt.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>

enum { ANSWER_MAX = 1024, INTERRUPT = 3, END = 4, BACKSPACE = 8, KILL_LINE = 21, DELETE = 127 };

bool prompt_possible(void)
{
    CLEAN(fd) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return fd >= 0;
}

/* Read byte by byte with signals off, so that ^C cannot leave the terminal without echo. False: given up. */
static bool read_secret(int fd, char *answer, size_t size, bool *ret_interrupted)
{
    size_t n = 0;
    char c;

    while (read(fd, &c, 1) == 1 && c != '\n' && c != '\r') {
        if (c == INTERRUPT || c == END) {
            *ret_interrupted = c == INTERRUPT;
            return false;
        }
        if ((c == BACKSPACE || c == DELETE) && n > 0)
            n--;
        else if (c == KILL_LINE)
            n = 0;
        else if ((unsigned char)c >= ' ' && c != DELETE && n + 1 < size)
            answer[n++] = c;
    }
    answer[n] = '\0';
    return true;
}

/* 'open': the signals let through while we wait and at no other time, so that none is handled just before the wait begins. */
static bool read_line(int fd, char *answer, size_t size, const sigset_t *open)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    ssize_t n = ppoll(&ready, 1, NULL, open) == 1 ? read(fd, answer, size - 1) : -1;

    answer[n > 0 ? n : 0] = '\0';
    answer[strcspn(answer, "\r\n")] = '\0';
    return n > 0;
}

char *prompt_ask(const char *question, bool secret, struct err *e)
{
    CLEAN(fd) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios before, silent;
    char answer[ANSWER_MAX] = "", *copy;
    sigset_t stops, open_signals;
    bool given, interrupted = false;

    if (fd < 0 || tcgetattr(fd, &before) < 0) {
        err_set(e, ERR_AUTH, "there is no terminal to ask on");
        return NULL;
    }
    (void)sigemptyset(&stops);
    (void)sigaddset(&stops, SIGINT);
    (void)sigaddset(&stops, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &stops, &open_signals);
    silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    if (secret)
        (void)tcsetattr(fd, TCSAFLUSH, &silent);
    /* only now: what is typed before the echo is off is dropped */
    (void)!write(fd, question, strlen(question));
    given = secret ? read_secret(fd, answer, sizeof(answer), &interrupted)
                   : read_line(fd, answer, sizeof(answer), &open_signals);
    if (secret) {
        (void)tcsetattr(fd, TCSAFLUSH, &before);
        (void)!write(fd, "\n", 1);
    }
    (void)sigprocmask(SIG_SETMASK, &open_signals, NULL);
    if (interrupted)
        (void)raise(SIGINT);
    copy = given && *answer ? x_strdup(answer) : NULL;
    explicit_bzero(answer, sizeof(answer));
    if (!copy)
        err_set(e, ERR_AUTH, "nothing was entered");
    return copy;
}
