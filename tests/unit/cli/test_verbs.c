/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines, as far as they go without a network. */
#undef NDEBUG
#include "cli/verb.h"
#include "lib/file.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_verbs.XXXXXX";

static int make_folder(void **state)
{
    CLEAN(free) char *store = NULL;

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    store = x_asprintf("%s/store.db", folder);
    (void)unsetenv("CLEURA_LOGIN");
    (void)unsetenv("CLEURA_PASSWORD");
    return setenv("CLEURA_STORE", store, 1);
}

static int remove_folder(void **state)
{
    CLEAN(free) char *command = x_asprintf("rm -r %s", folder);

    (void)state;
    return system(command);
}

static char *path_of(const char *name) { return x_asprintf("%s/%s", folder, name); }

/* Run a line of words; *out: what it printed on both outputs, which are 'path'. */
static int run_into(const char *path, const char *line, char **out)
{
    CLEAN(free) char *copy = x_strdup(line);
    char *argv[32] = { copy }, *rest = copy;
    int argc = 1, code, saved[2] = { dup(1), dup(2) };
    CLEAN(fd) int to = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    while (argc < 31 && (argv[argc] = strsep(&rest, " ")))
        argc++;
    (void)fflush(NULL);
    dup2(to, 1);
    dup2(to, 2);
    code = verbs_main(argc, argv);
    (void)fflush(NULL);
    dup2(saved[0], 1);
    dup2(saved[1], 2);
    close(saved[0]);
    close(saved[1]);
    *out = file_read(path, 1 << 20, NULL, NULL);
    return code;
}

static int run(const char *line, char **out)
{
    CLEAN(free) char *path = path_of("output");

    return run_into(path, line, out);
}

static void gives(const char *line, int code, const char *text)
{
    CLEAN(free) char *out = NULL;
    int got = run(line, &out);

    if (got != code || !strstr(out, text))
        fail_msg("\"%s\": exit %d, wanted %d and \"%s\":\n%s", line, got, code, text, out);
}

static void help_is_there(void **state)
{
    (void)state;
    gives("help", 0, "kubeconfig NAME [FILE]");
    gives("help create", 0, "CLEURA_NODES_MAX");
    gives("create --help", 0, "CLEURA_NODES_MAX");
    gives("help nonsense", 2, "there is no verb");
    gives("version", 0, PROJECT_VERSION);
    gives("--version", 0, PROJECT_VERSION);
    gives("help", 0, "\n  get [KIND] [NAME] | -f FILE  what the store holds");
    gives("help apply", 0,
          " Shoot, Gateway, HTTPRoute, TCPRoute, TLSRoute, GRPCRoute, UDPRoute, LoadBalancer, Volume\n");
    gives("help apply", 0, " Request, DisposableRequest, ProviderConfig, ClusterProviderConfig\n");
    gives("help apply", 0, "v1                                     Secret\n");
}

static void wrong_usage_is_2_and_says_what_was_meant(void **state)
{
    (void)state;
    gives("lits", 2, "did you mean \"list\"?");
    gives("create", 2, "cleura-shoot create NAME");
    gives("create a b", 2, "too many arguments");
    gives("list --wait", 2, "list does not take --wait");
    gives("list --timout 5m", 2, "did you mean --timeout?");
    gives("list -o xml", 2, "table, yaml or json");
    gives("list --api v7", 2, "v1 or v2");
    gives("list --cloud ../../x", 2, "--cloud is a name");
    gives("list --region a/b", 2, "--region is a name");
    gives("list --project a?b", 2, "--project is");
    gives("list -n Ab/c", 2, "--namespace is a name");
    gives("apply", 2, "apply -f FILE");
    gives("delete", 2, "cleura-shoot delete NAME");
    gives("kubeconfig a --use", 2, "--use goes with --merge");
    gives("create a --wait --no-wait", 2, "contradict");
}

static void an_empty_store_is_no_error(void **state)
{
    (void)state;
    gives("get", 0, "Nothing is stored yet");
    gives("get shoot nope", 3, "there is no Shoot nope");
}

static void rendering_needs_no_store_and_no_network(void **state)
{
    (void)state;
    gives("render -f " SOURCE_DIR "/examples/shoot/shoot.yaml", 0, "name: my-cluster-bootstrap");
    gives("render -f " SOURCE_DIR "/examples/shoot/shoot.yaml -o json", 0, "\"kind\": \"DisposableRequest\"");
    gives("render -f /nonexistent", 3, "cannot open");
    gives("render -f " SOURCE_DIR "/examples/shoot -f " SOURCE_DIR "/examples/volume", 0, "my-data");
    gives("render -R -f " SOURCE_DIR "/examples/provider-config -f " SOURCE_DIR "/examples/shoot", 0,
          "my-cluster");
    gives("render -f " SOURCE_DIR "/examples", 3, "--recursive (-R) also reads the folders in it");
    gives("render -f a.yaml b.yaml", 2, "each FILE with its own -f");
}

static void a_bad_spec_is_refused_before_anything_is_stored(void **state)
{
    CLEAN(free) char *path = path_of("bad.yaml"), *line = x_asprintf("apply -q --no-provider -f %s", path);
    static const char text[] =
        "apiVersion: platform.cleura.crossplane.io/v1alpha1\nkind: Shoot\nmetadata: {name: a}\nspec: {}\n";

    (void)state;
    assert_int_equal(file_write_atomic(path, text, strlen(text), 0600, NULL), 0);
    gives(line, 2, "spec.kubernetes is required");
    gives("get shoot a", 3, "there is no Shoot a");
}

static void without_a_provider_it_renders_and_waits(void **state)
{
    (void)state;
    gives("apply --no-provider --timeout 1s -f " SOURCE_DIR "/examples/shoot/shoot.yaml", 7,
          "is not Ready after 1s");
    gives("apply --no-provider --timeout 1s -f " SOURCE_DIR "/examples/shoot -f " SOURCE_DIR
          "/examples/tcproute -f " SOURCE_DIR "/examples/tlsroute",
          7, "is not Ready after 1s (nor are 2 others): ");
    gives("apply --no-provider --timeout 1s -f " SOURCE_DIR "/examples/tcproute", 7,
          "; the same command takes it up again");
    gives("delete -f " SOURCE_DIR "/examples/tcproute -f " SOURCE_DIR
          "/examples/tlsroute --no-provider --yes",
          0, "gone");
    gives("apply --no-provider --no-wait -f " SOURCE_DIR "/examples/shoot", 0, "Shoot/my-cluster unchanged");
    gives("apply --no-provider --no-wait -f " SOURCE_DIR "/examples/volume", 0, "Volume/my-data created");
    gives("delete -f " SOURCE_DIR "/examples/volume --no-provider --yes --timeout 5s", 0, "gone");
    gives("get -n team-a", 0, "my-cluster");
    gives("get shoots -n team-a", 0, "API-SERVER");
    gives("get -f " SOURCE_DIR "/examples/shoot", 0, "my-cluster");
    gives("get -o json -f " SOURCE_DIR "/examples/shoot", 0, "\"name\": \"my-cluster\"");
    gives("get -f " SOURCE_DIR "/examples/shoot -f " SOURCE_DIR "/examples/volume", 3,
          "Volume/my-data is not in the store");
    gives("get shoots -f x", 2, "not both");
    gives("get secrets -n team-a", 0, "There is no Secret in namespace team-a.");
    gives("get -n team-b", 0, "There is no cluster in namespace team-b, but in team-a");
    gives("describe my-cluster -n team-a", 2, "describe Shoot my-cluster");
    gives("list --url ftp://x", 2, "--url begins with https://");
    gives("help apply", 0, " Shoot, Gateway, ");
    gives("describe shoot/my-cluster -n team-a", 0, "DisposableRequest/my-cluster-bootstrap");
    gives("delete -f " SOURCE_DIR "/examples/shoot/shoot.yaml --no-provider --yes --timeout 5s", 0, "gone");
    gives("get shoot my-cluster -n team-a", 3, "there is no Shoot");
}

static void an_account_without_an_address_is_called_so(void **state)
{
    static const char text[] =
        "{\"apiVersion\": \"cleura.m.crossplane.io/v1alpha2\", \"kind\": \"ProviderConfig\", "
        "\"metadata\": {\"name\": \"default\", \"namespace\": \"bare\"}, \"spec\": {\"auth\": \"Cleura\"}}";
    CLEAN(free) char *path = path_of("config.json"), *apply = x_asprintf("apply --no-provider -f %s", path);

    (void)state;
    assert_int_equal(file_write_atomic(path, text, strlen(text), 0600, NULL), 0);
    gives(apply, 0, "ProviderConfig/default created");
    gives("create x -n bare --no-provider --timeout 1s --project 0123456789abcdef0123456789abcdef", 2,
          "ProviderConfig default of namespace bare: spec.endpoint is required, for example "
          "https://rest.cleura.cloud");
}

/* A text that is larger than the buffer is lost before anything is flushed. */
static void output_that_gets_lost_is_an_error(void **state)
{
    static const char *const lines[] = { "help", "get requests my-http-service-httproute -n team-a -o yaml" };

    (void)state;
    gives("apply --no-provider --no-wait -f " SOURCE_DIR "/examples/httproute", 0, "created");
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        CLEAN(free) char *out = NULL;

        assert_int_equal(run_into("/dev/full", lines[i], &out), 2);
        clearerr(stdout);
    }
}

static void the_password_is_never_stored(void **state)
{
    CLEAN(free) char *path = path_of("store.db"), *content = NULL;
    size_t n = 0;

    (void)state;
    setenv("CLEURA_LOGIN", "somebody", 1);
    setenv("CLEURA_PASSWORD", "hunter2-hunter2", 1);
    gives("create sec --no-provider --timeout 1s --project 0123456789abcdef0123456789abcdef", 7,
          "not accepted");
    content = file_read(path, 16 << 20, &n, NULL);
    assert_non_null(content);
    assert_non_null(memmem(content, n, "CLEURA_PASSWORD", 15));
    assert_null(memmem(content, n, "hunter2", 7));
    gives("create sec --no-provider --timeout 1s --url https://other.test", 4,
          "another --store or --namespace");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_there),
        cmocka_unit_test(wrong_usage_is_2_and_says_what_was_meant),
        cmocka_unit_test(an_empty_store_is_no_error),
        cmocka_unit_test(rendering_needs_no_store_and_no_network),
        cmocka_unit_test(a_bad_spec_is_refused_before_anything_is_stored),
        cmocka_unit_test(without_a_provider_it_renders_and_waits),
        cmocka_unit_test(an_account_without_an_address_is_called_so),
        cmocka_unit_test(output_that_gets_lost_is_an_error),
        cmocka_unit_test(the_password_is_never_stored),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
