/* SPDX-License-Identifier: Apache-2.0 */
/* What tables show of each kind. */
#undef NDEBUG
#include "cli/columns.h"
#include "cli/kinds.h"
#include "lib/jx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The kind's own cells, joined by " | ". Text in single quotes is easier to read. */
static void shows(const char *document, const char *want)
{
    CLEAN(free) char *text = x_strdup(document);
    CLEAN(buf_free) struct buf all = buf_max(4096);
    json_auto_t *object = NULL;

    for (char *at = text; *at; at++)
        if (*at == '\'')
            *at = '"';
    object = jx_parse(text, strlen(text), NULL);
    assert_non_null(object);
    for (const struct column *c = columns_of(jx_str(object, "kind", "")); c->head; c++) {
        CLEAN(buf_free) struct buf cell = buf_max(COLUMN_TEXT);

        column_write(c, object, &cell);
        (void)buf_addf(&all, "%s%s", all.len ? " | " : "", cell.len ? buf_text(&cell) : "-");
    }
    assert_string_equal(buf_text(&all), want);
}

static void a_gateway_shows_address_and_listeners(void **state)
{
    (void)state;
    shows("{'kind': 'Gateway', 'spec': {'listeners': [{'port': 80, 'protocol': 'HTTP'}]}}", "- | 80/HTTP");
    shows(
        "{'kind': 'XGateway', 'spec': {'listeners': [{'port': 443, 'protocol': 'HTTPS', 'hostname': 'a.b'}, "
        "{'port': 443, 'protocol': 'HTTPS'}, {'port': 7, 'protocol': 'TCP'}]}, 'status': {'addresses': "
        "['203.0.113.1', '203.0.113.2']}}",
        "203.0.113.1, 203.0.113.2 | 443/HTTPS, 7/TCP");
}

static void a_route_shows_where_it_leads(void **state)
{
    (void)state;
    shows("{'kind': 'HTTPRoute', 'spec': {'hostnames': ['a.example', 'b.example'], 'parentRefs': [{'name': "
          "'g', "
          "'sectionName': 'http'}, {'name': 'h'}], 'rules': [{'backendRefs': [{'name': 'web', 'port': 80}]}, "
          "{'backendRefs': [{'name': 'web', 'port': 80}, {'name': 'web', 'port': 8}]}]}}",
          "a.example, b.example | g/http, h | web:80, web:8");
    shows("{'kind': 'TCPRoute', 'spec': {'parentRefs': [{'name': 'g', 'sectionName': 'db'}], 'rules': "
          "[{'backendRefs': [{'name': 'db', 'port': 5432}]}]}}",
          "g/db | db:5432");
}

static void a_load_balancer_shows_address_and_ports(void **state)
{
    (void)state;
    shows("{'kind': 'LoadBalancer', 'spec': {'ports': [{'port': 80}, {'port': 80, 'protocol': 'UDP'}]}, "
          "'status': {'address': '203.0.113.1'}}",
          "203.0.113.1 | 80/TCP, 80/UDP | -");
}

static void a_volume_shows_what_it_is_before_what_it_shall_be(void **state)
{
    (void)state;
    shows("{'kind': 'Volume', 'spec': {'size': '40Gi'}}", "40Gi | - | -");
    shows("{'kind': 'Volume', 'spec': {'resources': {'requests': {'storage': '5Gi'}}}}", "5Gi | - | -");
    shows("{'kind': 'Volume', 'spec': {'size': '40Gi'}, 'status': {'capacity': '20Gi', 'storageClassName': "
          "'default', 'volumeName': 'pvc-1'}}",
          "20Gi | default | pvc-1");
}

static void a_cluster_shows_its_version(void **state)
{
    (void)state;
    shows("{'kind': 'Shoot', 'spec': {'region': 'kna1', 'kubernetes': {'version': '1.33'}}}",
          "1.33 | kna1 | -");
    shows("{'kind': 'Shoot', 'spec': {'kubernetes': {'version': '1.33'}}, 'status': {'kubernetesVersion': "
          "'1.33.7', 'apiServerURL': 'https://api.test'}}",
          "1.33.7 | - | https://api.test");
}

/* What is stored was written by people. */
static void odd_documents_are_shown_as_far_as_they_go(void **state)
{
    (void)state;
    shows("{'kind': 'Gateway', 'spec': {'listeners': 3}, 'status': {'addresses': [1, 'a', null]}}", "a | -");
    shows("{'kind': 'HTTPRoute', 'spec': {'hostnames': {}, 'parentRefs': [7], 'rules': [[], {'backendRefs': "
          "'x'}]}}",
          "- | ? | -");
    shows("{'kind': 'Volume'}", "- | - | -");
}

static void every_composite_has_columns_and_nothing_else(void **state)
{
    const struct kind_info *kind;

    (void)state;
    for (size_t i = 0; (kind = kinds_at(i)); i++)
        if ((kind->role == KIND_COMPOSITE) != (columns_of(kind->kind) != NULL))
            fail_msg("columns of %s", kind->kind);
    assert_null(columns_of(""));
    assert_null(columns_of("X"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gateway_shows_address_and_listeners),
        cmocka_unit_test(a_route_shows_where_it_leads),
        cmocka_unit_test(a_load_balancer_shows_address_and_ports),
        cmocka_unit_test(a_volume_shows_what_it_is_before_what_it_shall_be),
        cmocka_unit_test(a_cluster_shows_its_version),
        cmocka_unit_test(odd_documents_are_shown_as_far_as_they_go),
        cmocka_unit_test(every_composite_has_columns_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
