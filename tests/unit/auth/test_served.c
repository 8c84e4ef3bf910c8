/* SPDX-License-Identifier: Apache-2.0 */
/* Which version is chosen, from servers written as text: "groups: g/v1,g/v2" and one row of resources for each version. */
#undef NDEBUG
#include "lib/jx.h"
#include "provider/auth/served.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A server: what it says of each version now, and what was known of it before (NULL = the same). */
struct page {
    const char *version, *now, *before;
};

enum { PAGES = 5 };

struct server {
    struct page pages[PAGES]; /* a version that is not here is missing; version "" is the list of groups */
    json_t *kept;             /* what look() lends */
    int asked;                /* how many looks had to be news */
};

/* "tcproutes,gateways", "?" being asked, "!" failed, "-" missing */
static enum look look(void *ctx, const char *version, bool news, const json_t **ret)
{
    struct server *s = ctx;
    const char *text = "-";

    s->asked += news;
    for (size_t i = 0; i < PAGES && s->pages[i].version; i++)
        if (!strcmp(s->pages[i].version, version ? version : ""))
            text = news || !s->pages[i].before ? s->pages[i].now : s->pages[i].before;
    if (*text == '?' || *text == '!' || *text == '-')
        return *text == '?' ? LOOK_PENDING : *text == '!' ? LOOK_FAILED : LOOK_MISSING;
    json_t *content = json_object(), *list = json_array();
    CLEAN(free) char *words = x_strdup(text);

    for (char *at = words, *word; (word = strsep(&at, ","));) {
        jx_append(list, json_string(word));
        if (version)
            jx_set(content, word, json_true());
    }
    if (!version && *text)
        jx_share(content, "g", list);
    json_decref(list);
    jx_append(s->kept, content);
    *ret = content;
    return LOOK_THERE;
}

static const char *const wished[] = { "g/v1", "g/v1alpha2" };
static const struct served_wish wish = { wished, 2, "tcproutes", false };
static const struct served_wish removal = { wished, 2, "tcproutes", true };

static const struct row {
    const char *what;
    const struct served_wish *wish;
    struct page pages[PAGES];
    int outcome;
    const char *version, *text; /* text: part of what is told when it is not served */
} rows[] = {
    { "the first that has it", &wish, { { "g/v1", "tcproutes", NULL } }, SERVED_AS, "g/v1", NULL },
    { "a version without the resource is passed over",
      &wish,
      { { "g/v1", "gateways", NULL }, { "g/v1alpha2", "gateways,tcproutes", NULL } },
      SERVED_AS,
      "g/v1alpha2",
      NULL },
    { "a version that is missing too",
      &wish,
      { { "g/v1alpha2", "tcproutes", NULL } },
      SERVED_AS,
      "g/v1alpha2",
      NULL },
    { "not while the preferred one is not known",
      &wish,
      { { "g/v1", "?", NULL } },
      SERVED_PENDING,
      NULL,
      NULL },
    { "nor when it cannot be told",
      &wish,
      { { "g/v1", "!", NULL }, { "g/v1alpha2", "tcproutes", NULL } },
      SERVED_FAILED,
      NULL,
      NULL },
    { "a group that is not there",
      &wish,
      { { "", "", NULL } },
      SERVED_NOT,
      NULL,
      "the server has tcproutes in none of g/v1, g/v1alpha2, and no API group g at all" },
    { "a group without the resource",
      &wish,
      { { "", "g/v1,g/v1beta1", NULL }, { "g/v1", "gateways", NULL }, { "g/v1beta1", "gateways", NULL } },
      SERVED_NOT,
      NULL,
      "of that group it has g/v1, g/v1beta1 without tcproutes" },
    { "another version has it",
      &wish,
      { { "", "g/v2", NULL }, { "g/v2", "tcproutes", NULL } },
      SERVED_NOT,
      NULL,
      "only in g/v2: install" },
    { "which does for a removal",
      &removal,
      { { "", "g/v2", NULL }, { "g/v2", "tcproutes", NULL } },
      SERVED_AS,
      "g/v2",
      NULL },
    { "but not in the place of a wished one",
      &removal,
      { { "", "g/v2,g/v1alpha2", NULL }, { "g/v2", "tcproutes", NULL }, { "g/v1alpha2", "tcproutes", "-" } },
      SERVED_AS,
      "g/v1alpha2",
      NULL },
    { "old news do not prove that nothing is served",
      &wish,
      { { "", "g/v1", NULL }, { "g/v1", "tcproutes", "-" } },
      SERVED_AS,
      "g/v1",
      NULL },
    { "an error proves nothing", &removal, { { "", "!", NULL } }, SERVED_FAILED, NULL, NULL },
    { "nor does a missing list of groups", &removal, { { "", "-", NULL } }, SERVED_FAILED, NULL, NULL },
    { "nor an error in another version",
      &removal,
      { { "", "g/v2", NULL }, { "g/v2", "!", NULL } },
      SERVED_FAILED,
      NULL,
      NULL },
    { "nor a server that contradicts itself", &removal, { { "", "g/v1", NULL } }, SERVED_FAILED, NULL, NULL },
    { "the groups are being asked for", &removal, { { "", "?", NULL } }, SERVED_PENDING, NULL, NULL },
};

static void each_server(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const struct row *row = &rows[i];
        struct server server = { .kept = json_array() };
        CLEAN(served_free) struct served s;
        CLEAN(free) char *text = NULL;

        memcpy(server.pages, row->pages, sizeof(server.pages));
        served_choose(row->wish, look, &server, &s);
        if ((int)s.outcome != row->outcome)
            fail_msg("%s: outcome %d, expected %d", row->what, s.outcome, row->outcome);
        if (row->version)
            assert_string_equal(row->version, s.version);
        if (row->version && row->outcome == SERVED_AS && !row->pages[1].version)
            assert_int_equal(0, server.asked);
        text = s.outcome == SERVED_NOT ? served_text(row->wish, &s) : NULL;
        if (row->text && !strstr(text, row->text))
            fail_msg("%s: \"%s\" does not say \"%s\"", row->what, text, row->text);
        json_decref(server.kept);
    }
}

static void the_core_group_has_no_list_of_groups(void **state)
{
    static const char *const v1[] = { "v1" };
    const struct served_wish core = { v1, 1, "things", true };
    struct server server = { .pages = { { "v1", "pods", NULL }, { "", "!", NULL } }, .kept = json_array() };
    CLEAN(served_free) struct served s;

    (void)state;
    served_choose(&core, look, &server, &s);
    assert_int_equal(SERVED_NOT, s.outcome);
    json_decref(server.kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_server),
        cmocka_unit_test(the_core_group_has_no_list_of_groups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
