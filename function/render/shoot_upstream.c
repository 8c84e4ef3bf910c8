/* SPDX-License-Identifier: Apache-2.0 */
/* A Shoot with upstream provider-http as executor: absolute URLs, a login of its own, the token in a
 * Secret.  It knows one UPDATE per object, no readiness and no failures: what its status tells is read in
 * shoot_upstream_read.c, and what cannot be done is advice. */
#include "function/render/shoot_upstream.h"
#include "function/render/shoot_body.h"
#include "function/render/shoot_compose.h"
#include "lib/buf.h"
#include "lib/jx.h"

enum {
    /* rollbackRetriesLimit: without one provider-http logs in three times and never paces its retries */
    FOREVER = 1000000,
    RENEWALS = 3, /* within a kubeconfig's life */
    MINUTE = 60,
    HOUR = 3600,
};

static const char *endpoint(const struct shoot_state *st)
{
    if (st->call.in.endpoint)
        return st->call.in.endpoint;
    return strcmp(st->spec.cloud, "compliant") ? "https://rest.cleura.cloud"
                                               : "https://rest.compliant.cleura.cloud";
}

/* Cleura's own word: a 404 of something in between is no proof of absence. */
#define GONE ".statusCode == 404 and (.body | type == \"object\" and .error != null)"

/* The endpoint without the slash at its end, and 'path'. Takes 'path'. */
static json_t *absolute(const struct shoot_state *st, char *path)
{
    const char *base = endpoint(st);
    size_t n = strlen(base);
    CLEAN(free) char *url = NULL;

    while (n && base[n - 1] == '/')
        n--;
    url = x_asprintf("%.*s%s", (int)n, base, path);
    free(path);
    return jx_text(url);
}

static const char *account(const struct shoot_state *st)
{
    return st->call.in.secret_name ? st->call.in.secret_name : "cleura-account";
}

static const char *account_namespace(const struct shoot_state *st)
{
    return st->call.in.secret_namespace ? st->call.in.secret_namespace : st->secret_namespace;
}

static void token_secret(const struct shoot_state *st, char name[NAMING_SIZE])
{
    naming_object(&st->call.names, &shoot_parts[SHOOT_LOGIN], name);
}

static json_t *headers(const struct shoot_state *st)
{
    char token[NAMING_SIZE];
    json_t *h = shoot_json_headers();
    CLEAN(free)
    char *login = x_asprintf("{{ %s:%s:login }}", account(st), account_namespace(st)), *value = NULL;

    token_secret(st, token);
    value = x_asprintf("{{ %s:%s:token }}", token, st->secret_namespace);
    jx_set(h, "X-AUTH-LOGIN", jx_pack("[s]", login));
    jx_set(h, "X-AUTH-TOKEN", jx_pack("[s]", value));
    return h;
}

/* As Go writes a duration: provider-http writes the object back, and any other form would be ours and its in turn. */
static char *go_duration(json_int_t seconds)
{
    long long s = seconds;

    if (s >= HOUR)
        return x_asprintf("%lldh%lldm%llds", s / HOUR, s % HOUR / MINUTE, s % MINUTE);
    return s >= MINUTE ? x_asprintf("%lldm%llds", s / MINUTE, s % MINUTE) : x_asprintf("%llds", s);
}

/* Called again and again, every 'seconds'.  provider-http would wait as long after a failure, too: then it is a minute, two,
 * four ... up to an hour. */
static void repeat(json_t *fp, const struct observed *o, json_int_t seconds)
{
    const json_int_t failed = jx_int(o->object, "status.failed", 0);
    json_int_t wait = MINUTE;
    CLEAN(free) char *every = NULL;

    for (json_int_t i = 1; i < failed && wait < HOUR; i++)
        wait *= 2;
    if (wait > HOUR)
        wait = HOUR;
    every = go_duration(failed > 0 && wait < seconds ? wait : seconds);
    jx_add(fp, jx_b("shouldLoopInfinitely", true), jx_s("nextReconcile", every),
           jx_i("rollbackRetriesLimit", FOREVER));
}

/* Tokens live for about a day and their end is not told.  It counts from the last login: one that is no longer taken is
 * followed by another at once. */
static json_t *login(const struct shoot_state *st)
{
    bool v2 = shoot_is_v2(&st->spec);
    CLEAN(free)
    char *body =
        x_asprintf(v2 ? "{\"login\":\"{{ %s:%s:login }}\",\"password\":\"{{ %s:%s:password }}\"}"
                      : "{\"auth\":{\"login\":\"{{ %s:%s:login }}\",\"password\":\"{{ %s:%s:password }}\"}}",
                   account(st), account_namespace(st), account(st), account_namespace(st));
    char token[NAMING_SIZE];
    json_t *fp;

    token_secret(st, token);
    fp =
        jx_object(jx_o("url", absolute(st, x_strdup(v2 ? "/auth/v2/tokens" : "/auth/v1/tokens"))),
                  jx_s("method", "POST"), jx_o("headers", shoot_json_headers()), jx_s("body", body),
                  jx_s("expectedResponse", ".body.result == \"login_ok\""),
                  jx_o("secretInjectionConfigs", shoot_inject(st, token, shoot_key("token", ".body.token"))));
    repeat(fp, &st->seen[SHOOT_LOGIN], st->expired ? MINUTE : 8 * HOUR);
    return requests_disposable(&st->call.rq, &shoot_parts[SHOOT_LOGIN], fp);
}

static json_t *bootstrap(const struct shoot_state *st)
{
    return requests_disposable(&st->call.rq, &shoot_parts[SHOOT_BOOTSTRAP],
                               jx_object(jx_o("url", absolute(st, shoot_bootstrap_url(&st->spec))),
                                         jx_s("method", "POST"), jx_o("headers", headers(st)),
                                         jx_i("rollbackRetriesLimit", FOREVER)));
}

/* provider-http takes over what is there, and would later delete what somebody else has made. */
static json_t *absence(const struct shoot_state *st)
{
    CLEAN(free) char *every = go_duration(MINUTE);

    return requests_disposable(&st->call.rq, &shoot_parts[SHOOT_ABSENCE],
                               jx_object(jx_o("url", absolute(st, shoot_url(&st->spec))),
                                         jx_s("method", "GET"), jx_o("headers", headers(st)),
                                         jx_o("allowedStatusCodes", jx_pack("[i]", 404)),
                                         jx_s("expectedResponse", GONE), jx_s("nextReconcile", every),
                                         jx_i("rollbackRetriesLimit", FOREVER)));
}

/* What a DisposableRequest calls never changes: the API server refuses that. */
static bool is_other(const struct observed *o, const json_t *desired)
{
    static const char *const members[] = { "url", "headers", "body" };
    const json_t *there = jx_at(o->object, "spec.forProvider"), *wanted = jx_at(desired, "spec.forProvider");

    for (size_t i = 0; there && i < ARRAY_LENGTH(members); i++)
        if (json_object_get(there, members[i]) &&
            !json_equal(json_object_get(there, members[i]), json_object_get(wanted, members[i])))
            return true;
    return false;
}

bool shoot_upstream_moved(const struct shoot_state *st)
{
    json_auto_t *wanted = login(st);

    return is_other(&st->seen[SHOOT_LOGIN], wanted);
}

/* Another one is made when the one that is there has gone, as it does when it is left out. */
static void put_once(struct shoot_state *st, enum shoot_part id, json_t *resource)
{
    if (is_other(&st->seen[id], resource))
        json_decref(resource);
    else
        shoot_put(st, id, resource);
}

/* Both generations have it. */
static const struct shoot_change *update(const struct shoot_programs *p)
{
    const struct shoot_change *change = p->changes;

    while (strcmp(change->name, "update") != 0)
        change++;
    return change;
}

/* Nothing but a shoot may be compared: an error page would otherwise be answered with a PUT.  What is no error is stored: a
 * token that is no longer taken must become known. */
static json_t *expected(const struct shoot_change *change)
{
    CLEAN(free)
    char *logic = x_asprintf(
        ".response.statusCode as $code | if $code == 401 or $code == 403 then true elif $code != 200 "
        "then error(\"Cleura did not answer with the shoot\") else ((%s) | not) end",
        change->when);

    return requests_custom(logic);
}

/* ... and answered with a POST. */
static json_t *removed(void) { return requests_custom(".response | " GONE); }

/* provider-http makes an UPDATE of whichever answer it stored, be it a refusal, and prefers an older one when
 * there is "null" anywhere: so its program is given a shoot that stands in the spec. */
static json_t *update_mapping(const struct shoot_change *change)
{
    CLEAN(free)
    char *body =
        x_asprintf(".payload.body.have as $have | if $have == null then error(\"the cluster has not been "
                   "seen yet\") else .response = {body: $have} | %s end",
                   change->body);

    return requests_mapping("UPDATE", change->method, change->url, body);
}

/* What the shoot's Request is for any shoot. */
static json_t *any_request(const void *programs)
{
    const struct shoot_programs *p = programs;
    const struct shoot_change *change = update(p);
    json_t *mappings =
        jx_pack("[o, o, o, o]", requests_mapping("OBSERVE", "GET", p->observe_url, NULL),
                requests_mapping("CREATE", "POST", ".payload.baseUrl", p->create_body),
                update_mapping(change), requests_mapping("REMOVE", "DELETE", p->observe_url, NULL));

    return jx_object(jx_o("mappings", mappings), jx_o("expectedResponseCheck", expected(change)),
                     jx_o("isRemovedCheck", removed()));
}

/* The payload with "have", which may be NULL. */
static char *payload_with(struct shoot_state *st, const json_t *have)
{
    const char *text = shoot_state_body(st);
    json_auto_t *payload = jx_parse(text, strlen(text), NULL);

    if (have)
        jx_share(payload, "have", have);
    return jx_dump(payload);
}

/* The Request in the cluster wants what the spec wants, whatever it has. */
static bool is_applied(struct shoot_state *st)
{
    const struct observed *o = &st->seen[SHOOT_REQUEST];
    const char *there = jx_str(o->object, "spec.forProvider.payload.body", NULL);
    json_auto_t *payload = there ? jx_parse(there, strlen(there), NULL) : NULL;
    CLEAN(free) char *wanted = payload_with(st, jx_at(payload, "have"));

    return o->object && !o->stale && (!there || !strcmp(there, wanted));
}

static json_t *shoot_request(struct shoot_state *st)
{
    static struct shoot_fixed any;
    CLEAN(free) char *body = payload_with(st, st->have);
    json_t *fp = json_copy(shoot_fixed(st, &any, any_request));
    json_t *base = absolute(st, shoot_collection_url(&st->spec));

    jx_add(fp, jx_o("payload", jx_object(jx_o("baseUrl", base), jx_s("body", body))),
           jx_o("headers", headers(st)));
    return requests_request(&st->call.rq, &shoot_parts[SHOOT_REQUEST], fp);
}

static json_t *kubeconfig(const struct shoot_state *st)
{
    static struct shoot_fixed key;
    const struct shoot_programs *p = shoot_programs_for(st);
    json_int_t seconds = shoot_kubeconfig_seconds(&st->spec);
    CLEAN(free) char *body = shoot_kubeconfig_body(&st->spec, seconds);
    json_t *fp = jx_object(jx_o("url", absolute(st, shoot_kubeconfig_url(&st->spec))), jx_s("method", "POST"),
                           jx_o("headers", headers(st)), jx_s("body", body),
                           jx_s("expectedResponse", p->kubeconfig_expected),
                           jx_o("secretInjectionConfigs",
                                shoot_inject(st, st->secret, shoot_fixed(st, &key, shoot_kubeconfig_key))));

    repeat(fp, &st->seen[SHOOT_KUBECONFIG], seconds / RENEWALS);
    return requests_disposable(&st->call.rq, &shoot_parts[SHOOT_KUBECONFIG], fp);
}

/* All of a composite's objects are deleted at once, and with the login would go the token that the shoot's removal needs. */
static json_t *login_use(const struct shoot_state *st)
{
    return requests_use(&st->call.rq, &shoot_parts[SHOOT_LOGIN_USE], "DisposableRequest",
                        &shoot_parts[SHOOT_LOGIN], "Request", &shoot_parts[SHOOT_REQUEST]);
}

/* Nobody has a cluster of that name, or it may be taken over; until that is known, it is looked for. */
static bool is_free(struct shoot_state *st)
{
    const struct observed *seen = &st->seen[SHOOT_ABSENCE];
    json_auto_t *wanted = NULL;

    if (st->spec.adopt.set && st->spec.adopt.value)
        return true;
    wanted = absence(st);
    put_once(st, SHOOT_ABSENCE, json_incref(wanted));
    return seen->ready && !is_other(seen, wanted);
}

void shoot_compose_upstream(struct shoot_state *st)
{
    const struct observed *seen = st->seen;

    shoot_put(st, SHOOT_LOGIN, login(st));
    if (shoot_is_protected(st))
        shoot_put(st, SHOOT_PROTECTION, shoot_protection(st));
    if (seen[SHOOT_LOGIN].ready || seen[SHOOT_BOOTSTRAP].object || seen[SHOOT_REQUEST].object)
        put_once(st, SHOOT_BOOTSTRAP, bootstrap(st));
    if (seen[SHOOT_REQUEST].object || (seen[SHOOT_BOOTSTRAP].ready && is_free(st))) {
        st->applied = is_applied(st);
        shoot_put(st, SHOOT_REQUEST, shoot_request(st));
    }
    if (seen[SHOOT_REQUEST].object || seen[SHOOT_LOGIN_USE].object)
        shoot_put(st, SHOOT_LOGIN_USE, login_use(st));
    if ((seen[SHOOT_REQUEST].ready && !shoot_sleeps(st)) || seen[SHOOT_KUBECONFIG].object)
        put_once(st, SHOOT_KUBECONFIG, kubeconfig(st));
}
