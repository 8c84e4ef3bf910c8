/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/shoot_faults.h"
#include "sim/faults.h"
#include <pthread.h>

struct shoot_faults {
    pthread_mutex_t lock;
    struct faults faults;
    struct dice dice;
};

struct shoot_faults *shoot_faults_new(uint64_t seed)
{
    struct shoot_faults *f = x_alloc(sizeof(*f));

    if (pthread_mutex_init(&f->lock, NULL) != 0)
        abort();
    f->dice.state = seed;
    faults_init(&f->faults);
    return f;
}

void shoot_faults_free(struct shoot_faults *f)
{
    faults_free(&f->faults);
    (void)pthread_mutex_destroy(&f->lock);
    free(f);
}

int shoot_faults_add(struct shoot_faults *f, const json_t *fault, int64_t *ret_id, struct err *e)
{
    int result;

    (void)pthread_mutex_lock(&f->lock);
    result = faults_add(&f->faults, fault, ret_id, e);
    (void)pthread_mutex_unlock(&f->lock);
    return result;
}

void shoot_faults_clear(struct shoot_faults *f)
{
    (void)pthread_mutex_lock(&f->lock);
    faults_remove(&f->faults, 0);
    (void)pthread_mutex_unlock(&f->lock);
}

json_t *shoot_faults_json(struct shoot_faults *f)
{
    json_t *list;

    (void)pthread_mutex_lock(&f->lock);
    list = json_deep_copy(f->faults.list);
    (void)pthread_mutex_unlock(&f->lock);
    return list;
}

struct gate_verdict shoot_faults_gate(void *ctx, const char *method, const char *path)
{
    static const enum gate_end ends[] = { [FAULT_RESPOND] = GATE_ANSWER,
                                          [FAULT_RESET] = GATE_RESET,
                                          [FAULT_RESET_AFTER] = GATE_RESET,
                                          [FAULT_HANG] = GATE_HANG };
    struct shoot_faults *f = ctx;
    struct gate_verdict v = { 0 };
    struct fault_hit hit;

    (void)pthread_mutex_lock(&f->lock);
    hit = faults_match(&f->faults, &f->dice, method, path);
    (void)pthread_mutex_unlock(&f->lock);
    if (!hit.hit)
        return v;
    v.status = hit.status;
    v.end = ends[hit.action];
    v.refused = !hit.applied && (v.status || v.end != GATE_ANSWER);
    v.delay_ms = hit.delay_ms;
    (void)snprintf(v.retry_after, sizeof(v.retry_after), "%s", hit.retry_after);
    (void)snprintf(v.message, sizeof(v.message), "%s", hit.message);
    return v;
}
