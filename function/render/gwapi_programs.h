/* SPDX-License-Identifier: Apache-2.0 */
/* The jq programs about Gateway API's objects.  Constant texts for libjq 1.6; the object that is applied is .payload.body.object. */
#pragma once

extern const char gwapi_gateway_ready[], gwapi_gateway_projection[];
extern const char gwapi_envoy_proxy_ready[], gwapi_envoy_proxy_projection[];
extern const char gwapi_route_ready[], gwapi_route_projection[];

/* Of probes: the Services and the Deployments that Envoy Gateway made for one Gateway, the GatewayClasses, the release of Gateway API,
 * the Gateways of a namespace, the deployment of Envoy Gateway, the routes of a kind, the
 * endpoints of Services, one Service. */
extern const char gwapi_services_ready[], gwapi_services_projection[];
extern const char gwapi_envoys_ready[], gwapi_envoys_projection[];
extern const char gwapi_bundle_ready[], gwapi_bundle_projection[];
extern const char gwapi_classes_ready[], gwapi_classes_projection[];
extern const char gwapi_gateways_ready[], gwapi_gateways_projection[];
extern const char gwapi_controller_ready[], gwapi_controller_projection[];
extern const char gwapi_endpoints_ready[], gwapi_endpoints_projection[];
extern const char gwapi_service_ready[], gwapi_service_projection[];
extern const char gwapi_routes_ready[], gwapi_routes_projection[];
