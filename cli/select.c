/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/select.h"
#include "cli/kinds.h"
#include "lib/jx.h"

static int composites(struct store *s, const char *ns, json_t *list, struct err *e)
{
    const struct kind_info *kind;

    for (size_t i = 0; (kind = kinds_at(i)); i++) {
        json_auto_t *items = NULL;

        if (kind->role != KIND_COMPOSITE)
            continue;
        if (kinds_list(s, kind, ns, &items, e) < 0)
            return -1;
        (void)json_array_extend(list, items);
    }
    return 0;
}

static const struct kind_info *find_kind(const char *word, struct err *e)
{
    const struct kind_info *kind = kinds_find(word);
    const char *nearest = kind ? NULL : kinds_nearest(word);

    if (!kind && nearest)
        err_set(e, ERR_INVALID, "there is no kind \"%.40s\"; did you mean %s?", word, nearest);
    else if (!kind)
        err_set(e, ERR_INVALID, "there is no kind \"%.40s\"; \"cleura-shoot help apply\" lists the kinds",
                word);
    return kind;
}

static int one(struct store *s, const struct kind_info *kind, const char *ns, const char *name, json_t *list,
               struct err *e)
{
    json_t *object = NULL;

    if (kinds_get(s, kind, ns, name, &object, e) == 0) {
        jx_append(list, object);
        return 0;
    }
    if (e->kind != ERR_NOT_FOUND)
        return -1;
    return err_set(e, ERR_NOT_FOUND,
                   "there is no %s %.80s in namespace %s of this store; \"cleura-shoot get %s\" lists them",
                   kind->kind, name, ns, kind->kind);
}

int select_objects(struct store *s, const char *ns, const char *const words[], size_t n, json_t **ret,
                   struct err *e)
{
    json_auto_t *list = json_array();
    CLEAN(free) char *word = x_strdup(n ? words[0] : "");
    char *slash = strchr(word, '/');
    const struct kind_info *kind;
    int result;

    if (slash)
        *slash = '\0';
    if (slash && n > 1)
        return err_set(e, ERR_INVALID, "either KIND NAME or KIND/NAME");
    kind = n ? find_kind(word, e) : NULL;
    if (n && !kind)
        return -1;
    if (!kind)
        result = composites(s, ns, list, e);
    else if (n > 1 || slash)
        result = one(s, kind, ns, slash ? slash + 1 : words[1], list, e);
    else
        result = kinds_list(s, kind, ns, ret, e);
    if (result < 0)
        return -1;
    if (!kind || n > 1 || slash)
        *ret = TAKE(list);
    return 0;
}
