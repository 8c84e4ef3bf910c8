/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/account.h"
#include "cli/kinds.h"
#include "cli/manifest.h"
#include "cli/output.h"
#include "cli/preview.h"
#include "cli/verb.h"
#include "lib/jx_yaml.h"

static void print_yaml(const json_t *all)
{
    size_t i;
    const json_t *one;

    json_array_foreach (all, i, one) {
        CLEAN(free) char *text = jx_yaml_dump(jx_at(one, "resource"));
        const char *after = jx_str(one, "after", NULL);

        printf("---\n# %s%s%s\n%s", jx_str(one, "name", ""), after ? ": once these are ready: " : "",
               after ? after : "", text);
    }
}

static int render_object(const json_t *object, json_t *all, struct err *e)
{
    json_auto_t *resources = NULL;

    if (kinds_of(object)->role != KIND_COMPOSITE)
        return 0;
    resources = preview(object, e);
    if (!resources)
        return -1;
    (void)json_array_extend(all, resources);
    return 0;
}

static int render(const struct call *c, struct err *e)
{
    json_auto_t *objects = NULL, *all = json_array(), *documents = json_array();
    enum output format;
    size_t i;
    const json_t *one;

    if (!c->o->filenames.n)
        return err_set(e, ERR_INVALID, "render what? cleura-shoot render -f FILE");
    if (output_format(c->o, &format, e) < 0 || !(objects = manifest_load(c->o, e)))
        return -1;
    json_array_foreach (objects, i, one)
        if (render_object(one, all, e) < 0)
            return -1;
    if (json_array_size(all) == 0)
        return err_set(e, ERR_INVALID,
                       "%s has nothing that is rendered: no Shoot, Gateway, route, LoadBalancer or Volume",
                       c->o->filenames.at[0]);
    if (format != OUTPUT_JSON) {
        print_yaml(all);
        return 0;
    }
    json_array_foreach (all, i, one)
        jx_append(documents, json_incref(jx_at(one, "resource")));
    output_document(format, documents);
    return 0;
}

const struct verb verb_render = {
    .name = "render",
    .arguments = "-f FILE",
    .summary = "what a file would become, without a network",
    .help = "Prints the Requests that the function makes of each composite in the file, in the order in "
            "which they come\n"
            "about; a comment says what each waits for. Those that depend on what a cluster answers are not "
            "among them.\n"
            "Nothing is sent and nothing stored; what is wrong with the file is told as apply would.",
    .options = "filename recursive output",
    .run = render,
};
