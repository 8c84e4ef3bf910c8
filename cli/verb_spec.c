/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/grid.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/verb.h"
#include "lib/jx.h"

/* v1 has a profile's content below "spec", in camel case; v2 beside its name, in snake case. */
static const json_t *part(const json_t *profile, const char *camel, const char *snake)
{
    const json_t *found = jx_at(jx_at(profile, "spec"), camel);
    return found ? found : jx_at(profile, snake);
}

static const char *either(const json_t *object, const char *camel, const char *snake)
{
    const char *found = jx_str(object, camel, NULL);
    return found ? found : jx_str(object, snake, NULL);
}

static void add_number(struct grid *g, const json_t *value)
{
    if (json_is_integer(value))
        grid_addf(g, "%lld", (long long)json_integer_value(value));
    else
        grid_add(g, json_string_value(value));
}

static void print(struct grid *g, struct buf *out)
{
    if (g->n > g->columns)
        grid_print(g, out);
    (void)buf_adds(out, "\n");
}

/* Newest last, as Cleura lists them; what is to expire says when. */
static void versions(const json_t *list, const char *head, const char *name, struct grid *g)
{
    size_t i;
    const json_t *version;

    if (!g->columns)
        grid_init(g, head);
    json_array_foreach (list, i, version) {
        const char *expires = either(version, "expirationDate", "expiration_date");

        if (name)
            grid_add(g, name);
        grid_add(g, jx_str(version, "version", NULL));
        grid_add(g, jx_str(version, "classification", "supported"));
        grid_add(g, expires);
    }
}

static void images(const json_t *profile, struct buf *out)
{
    CLEAN(grid_free) struct grid g = { 0 };
    size_t i;
    const json_t *image;

    json_array_foreach (part(profile, "machineImages", "machine_images"), i, image)
        versions(jx_at(image, "versions"), "IMAGE VERSION CLASSIFICATION EXPIRES", jx_str(image, "name", "?"),
                 &g);
    if (g.columns)
        print(&g, out);
}

static void machines(const json_t *profile, struct buf *out)
{
    CLEAN(grid_free) struct grid g = { 0 };
    size_t i;
    const json_t *machine;

    grid_init(&g, "MACHINE CPU MEMORY GPU ARCHITECTURE");
    json_array_foreach (part(profile, "machineTypes", "machine_types"), i, machine) {
        if (!jx_bool(machine, "usable", true))
            continue;
        grid_add(&g, jx_str(machine, "name", NULL));
        add_number(&g, jx_at(machine, "cpu"));
        add_number(&g, jx_at(machine, "memory"));
        add_number(&g, jx_at(machine, "gpu"));
        grid_add(&g, jx_str(machine, "architecture", NULL));
    }
    print(&g, out);
}

static void regions(const json_t *profile, struct buf *out)
{
    CLEAN(grid_free) struct grid g = { 0 };
    size_t i, k;
    const json_t *region, *zone;

    grid_init(&g, "REGION ZONES");
    json_array_foreach (part(profile, "regions", "regions"), i, region) {
        CLEAN(buf_free) struct buf zones = buf_max(4096);

        json_array_foreach (jx_at(region, "zones"), k, zone)
            (void)buf_addf(&zones, "%s%s", k ? "," : "", jx_str(zone, "name", "?"));
        grid_add(&g, jx_str(region, "name", NULL));
        grid_add(&g, buf_text(&zones));
    }
    if (g.n > g.columns)
        grid_print(&g, out);
}

static void print_profile(const json_t *profile)
{
    CLEAN(buf_free) struct buf out = buf_max(OUTPUT_MAX);
    CLEAN(grid_free) struct grid g = { 0 };

    versions(jx_at(part(profile, "kubernetes", "kubernetes"), "versions"),
             "KUBERNETES CLASSIFICATION EXPIRES", NULL, &g);
    print(&g, &out);
    machines(profile, &out);
    images(profile, &out);
    regions(profile, &out);
    output_text(&out);
}

static int spec(const struct call *c, struct err *e)
{
    CLEAN(session_close) struct session s = { 0 };
    CLEAN(free) char *url = probe_profile_url(c->o);
    json_auto_t *profiles = NULL;
    enum output format;
    size_t i;
    const json_t *profile;

    if (output_format(c->o, &format, e) < 0 || probe_open(&s, c->o, e) < 0)
        return -1;
    profiles = probe_get(&s, url, e);
    if (!profiles)
        return err_wrap(e, "read the cloud profile");
    if (format != OUTPUT_TABLE)
        output_document(format, profiles);
    else
        json_array_foreach (profiles, i, profile)
            print_profile(profile);
    return 0;
}

const struct verb verb_spec = {
    .name = "spec",
    .arguments = "",
    .summary = "what can be had: Kubernetes versions, machines, images, zones",
    .help = "Shows Cleura's cloud profile: Kubernetes versions and machine images with their classification "
            "and the day\n"
            "they expire (clusters are upgraded by force then), machine types and zones. Only looks.",
    .options = "output timeout",
    .run = spec,
};
