"""A composite as the object it would become if nobody had looked at it: its spec in the words of the API, without what is ours."""
OURS = {"shootRef", "namespace", "pollInterval", "adopt", "crossplane", "compositionRef", "compositionSelector", "claimRef"}
GATEWAY_OURS = {"floatingIP", "loadBalancerSourceRanges", "externalTrafficPolicy", "replicas", "octavia"}
GROUP = "gateway.networking.k8s.io"


def without(spec, *names):
    return {key: value for key, value in spec.items() if key not in OURS and key not in names}


def gateway(spec):
    return {"gatewayClassName": "envoy-gateway", **without(spec, *GATEWAY_OURS)}, {}


def service(spec):
    rest = without(spec, "floatingIP", "hostname", "octavia", "labels", "annotations")
    if "floatingIP" in spec:
        rest["loadBalancerIP"] = spec["floatingIP"]
    if isinstance(rest.get("ports"), list):
        rest["ports"] = [{"protocol": "TCP", **one} if isinstance(one, dict) else one for one in rest["ports"]]
    return {"type": "LoadBalancer", **rest}, spec


def claim(spec):
    rest = without(spec, "size", "accessMode", "labels", "annotations")
    rest.setdefault("accessModes", [spec.get("accessMode", "ReadWriteOnce")])
    if "size" in spec:
        rest["resources"] = {"requests": {"storage": spec["size"]}}
    return rest, spec


def route(spec):
    return without(spec), {}


# kind: the object's kind, its versions, its plural, how its spec comes about
KINDS = {
    "Gateway": ("Gateway", [f"{GROUP}/v1"], "gateways", gateway),
    "HTTPRoute": ("HTTPRoute", [f"{GROUP}/v1"], "httproutes", route),
    "GRPCRoute": ("GRPCRoute", [f"{GROUP}/v1"], "grpcroutes", route),
    "TLSRoute": ("TLSRoute", [f"{GROUP}/v1", f"{GROUP}/v1alpha3"], "tlsroutes", route),
    "TCPRoute": ("TCPRoute", [f"{GROUP}/v1", f"{GROUP}/v1alpha2"], "tcproutes", route),
    "UDPRoute": ("UDPRoute", [f"{GROUP}/v1", f"{GROUP}/v1alpha2"], "udproutes", route),
    "LoadBalancer": ("Service", ["v1"], "services", service),
    "Volume": ("PersistentVolumeClaim", ["v1"], "persistentvolumeclaims", claim),
}


def bare(composite, server):
    """(its path, the object), or None when the server has no such kind."""
    kind, versions, plural, convert = KINDS[composite["kind"].removeprefix("X")]
    version = next((one for one in versions if plural in server.resource_names(one)), None)
    if version is None:
        return None
    metadata, source = composite["metadata"], composite.get("spec") or {}
    who = source.get("claimRef", metadata)
    namespace, name = source.get("namespace") or who.get("namespace") or "default", who["name"]
    spec, worn = convert(source)
    more = {key: worn[key] for key in ("labels", "annotations") if key in worn}
    base = "/api/v1" if version == "v1" else f"/apis/{version}"
    return (f"{base}/namespaces/{namespace}/{plural}/{name}",
            {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace, **more}, "spec": spec})
