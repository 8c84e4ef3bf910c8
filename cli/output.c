/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"
#include "lib/jx_yaml.h"
#include "lib/table.h"

int output_format(const struct options *o, enum output *ret, struct err *e)
{
    static const struct table_name formats[] = {
        { "table", OUTPUT_TABLE }, { "yaml", OUTPUT_YAML }, { "json", OUTPUT_JSON }, { NULL, -1 }
    };
    int value = o->output ? table_value(formats, o->output) : OUTPUT_TABLE;

    if (value < 0)
        return err_set(e, ERR_INVALID, "--output is table, yaml or json, not \"%.40s\"", o->output);
    *ret = (enum output)value;
    return 0;
}

void output_document(enum output format, const json_t *doc)
{
    CLEAN(free)
    char *text =
        format == OUTPUT_YAML ? jx_yaml_dump(doc) : json_dumps(doc, JSON_INDENT(2) | JSON_ENCODE_ANY);

    (void)fputs(text ? text : "", stdout);
    if (format == OUTPUT_JSON)
        (void)fputs("\n", stdout);
}

void output_text(const struct buf *text) { (void)fwrite(buf_text(text), 1, text->len, stdout); }
