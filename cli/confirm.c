/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/confirm.h"
#include "cli/prompt.h"

int confirm_name(const struct options *o, const char *name, const char *what_goes, struct err *e)
{
    CLEAN(free) char *answer = NULL, *question = NULL;

    if (o->yes)
        return 0;
    if (!prompt_possible())
        return err_set(e, ERR_INVALID, "nothing was deleted: say --yes when there is no terminal to ask on");
    question = x_asprintf("%s\nType its name (%s) to delete it: ", what_goes, name);
    answer = prompt_ask(question, false, NULL);
    if (!answer || strcmp(answer, name) != 0)
        return err_set(e, ERR_INVALID, "nothing was deleted: the name was not typed");
    return 0;
}
