/* SPDX-License-Identifier: Apache-2.0 */
/* Included before every file: misuse of these becomes a compile error. System headers come first, since they
 * declare what is poisoned here. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#pragma GCC poison sprintf vsprintf strcpy strcat strncpy strncat strtok atoi atol gets localtime gmtime     \
    ctime asctime
