/* SPDX-License-Identifier: Apache-2.0 */
/* The types of the built-in kinds, as Kubernetes 1.35 publishes them (OpenAPI, x-kubernetes-list-type and -map-type; which
 * enumerations may be empty is from the Go types). Without: status, volumes of clouds that are not here. */
#include "sim/shootapi/builtin_types.h"

const struct builtin_type builtin_types[] = {
    { "Affinity", "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity" },
    { "AggregationRule", "clusterRoleSelectors:[]LabelSelector" },
    { "AppArmorProfile", "localhostProfile:s type:s*(Localhost|RuntimeDefault|Unconfined)" },
    { "CSIVolumeSource", "driver:s fsType:s nodePublishSecretRef:LocalObjectReference readOnly:b "
                         "volumeAttributes:{}s" },
    { "Capabilities", "add:[]s drop:[]s" },
    { "CinderVolumeSource", "fsType:s readOnly:b secretRef:LocalObjectReference volumeID:s" },
    { "ClientIPConfig", "timeoutSeconds:i" },
    { "ClusterRole", "aggregationRule:AggregationRule metadata:ObjectMeta rules:[]PolicyRule" },
    { "ClusterRoleBinding", "metadata:ObjectMeta roleRef:RoleRef subjects:[]Subject" },
    { "ClusterTrustBundleProjection", "labelSelector:LabelSelector name:s optional:b path:s signerName:s" },
    { "ConfigMap", "binaryData:{}y data:{}s immutable:b metadata:ObjectMeta" },
    { "ConfigMapEnvSource", "name:s optional:b" },
    { "@ConfigMapKeySelector", "key:s name:s optional:b" },
    { "ConfigMapProjection", "items:[]KeyToPath name:s optional:b" },
    { "ConfigMapVolumeSource", "defaultMode:i items:[]KeyToPath name:s optional:b" },
    { "Container",
      "args:[]s command:[]s env:[name]EnvVar envFrom:[]EnvFromSource image:s "
      "imagePullPolicy:s(Always|IfNotPresent|Never) lifecycle:Lifecycle livenessProbe:Probe "
      "name:s ports:[containerPort,protocol]ContainerPort readinessProbe:Probe "
      "resizePolicy:[]ContainerResizePolicy resources:ResourceRequirements restartPolicy:s "
      "restartPolicyRules:[]ContainerRestartRule securityContext:SecurityContext "
      "startupProbe:Probe stdin:b stdinOnce:b terminationMessagePath:s "
      "terminationMessagePolicy:s(FallbackToLogsOnError|File) tty:b "
      "volumeDevices:[devicePath]VolumeDevice volumeMounts:[mountPath]VolumeMount workingDir:s" },
    { "ContainerPort", "containerPort:i hostIP:s hostPort:i name:s protocol:s(SCTP|TCP|UDP)=TCP" },
    { "ContainerResizePolicy", "resourceName:s restartPolicy:s" },
    { "ContainerResourceMetricSource", "container:s name:s target:MetricTarget" },
    { "ContainerRestartRule", "action:s exitCodes:ContainerRestartRuleOnExitCodes" },
    { "ContainerRestartRuleOnExitCodes", "operator:s values:[set]i" },
    { "CrossVersionObjectReference", "apiVersion:s kind:s name:s" },
    { "DaemonSet", "metadata:ObjectMeta spec:DaemonSetSpec status:a" },
    { "DaemonSetSpec", "minReadySeconds:i revisionHistoryLimit:i selector:LabelSelector "
                       "template:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy" },
    { "DaemonSetUpdateStrategy", "rollingUpdate:RollingUpdateDaemonSet type:s(OnDelete|RollingUpdate)" },
    { "Deployment", "metadata:ObjectMeta spec:DeploymentSpec status:a" },
    { "DeploymentSpec",
      "minReadySeconds:i paused:b progressDeadlineSeconds:i replicas:i revisionHistoryLimit:i "
      "selector:LabelSelector strategy:DeploymentStrategy template:PodTemplateSpec" },
    { "DeploymentStrategy", "rollingUpdate:RollingUpdateDeployment type:s(Recreate|RollingUpdate)" },
    { "DownwardAPIProjection", "items:[]DownwardAPIVolumeFile" },
    { "DownwardAPIVolumeFile",
      "fieldRef:ObjectFieldSelector mode:i path:s resourceFieldRef:ResourceFieldSelector" },
    { "DownwardAPIVolumeSource", "defaultMode:i items:[]DownwardAPIVolumeFile" },
    { "EmptyDirVolumeSource", "medium:s sizeLimit:q" },
    { "EnvFromSource", "configMapRef:ConfigMapEnvSource prefix:s secretRef:SecretEnvSource" },
    { "EnvVar", "name:s value:s valueFrom:EnvVarSource" },
    { "EnvVarSource", "configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector "
                      "fileKeyRef:FileKeySelector resourceFieldRef:ResourceFieldSelector "
                      "secretKeyRef:SecretKeySelector" },
    { "EphemeralContainer",
      "args:[]s command:[]s env:[name]EnvVar envFrom:[]EnvFromSource image:s "
      "imagePullPolicy:s(Always|IfNotPresent|Never) lifecycle:Lifecycle livenessProbe:Probe "
      "name:s ports:[containerPort,protocol]ContainerPort readinessProbe:Probe "
      "resizePolicy:[]ContainerResizePolicy resources:ResourceRequirements restartPolicy:s "
      "restartPolicyRules:[]ContainerRestartRule securityContext:SecurityContext "
      "startupProbe:Probe stdin:b stdinOnce:b targetContainerName:s terminationMessagePath:s "
      "terminationMessagePolicy:s(FallbackToLogsOnError|File) tty:b "
      "volumeDevices:[devicePath]VolumeDevice volumeMounts:[mountPath]VolumeMount workingDir:s" },
    { "EphemeralVolumeSource", "volumeClaimTemplate:PersistentVolumeClaimTemplate" },
    { "ExecAction", "command:[]s" },
    { "ExternalMetricSource", "metric:MetricIdentifier target:MetricTarget" },
    { "@FileKeySelector", "key:s optional:b path:s volumeName:s" },
    { "GRPCAction", "port:i service:s" },
    { "HPAScalingPolicy", "periodSeconds:i type:s value:i" },
    { "HPAScalingRules",
      "policies:[]HPAScalingPolicy selectPolicy:s stabilizationWindowSeconds:i tolerance:q" },
    { "HTTPGetAction", "host:s httpHeaders:[]HTTPHeader path:s port:x scheme:s(HTTP|HTTPS)" },
    { "HTTPHeader", "name:s value:s" },
    { "HorizontalPodAutoscaler", "metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec status:a" },
    { "HorizontalPodAutoscalerBehavior", "scaleDown:HPAScalingRules scaleUp:HPAScalingRules" },
    { "HorizontalPodAutoscalerSpec",
      "behavior:HorizontalPodAutoscalerBehavior maxReplicas:i metrics:[]MetricSpec "
      "minReplicas:i scaleTargetRef:CrossVersionObjectReference" },
    { "HostAlias", "hostnames:[]s ip:s" },
    { "HostPathVolumeSource",
      "path:s "
      "type:s*(BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket)" },
    { "ImageVolumeSource", "pullPolicy:s(Always|IfNotPresent|Never) reference:s" },
    { "Job", "metadata:ObjectMeta spec:JobSpec status:a" },
    { "JobSpec", "activeDeadlineSeconds:l backoffLimit:i backoffLimitPerIndex:i "
                 "completionMode:s*(Indexed|NonIndexed) completions:i managedBy:s manualSelector:b "
                 "maxFailedIndexes:i parallelism:i podFailurePolicy:PodFailurePolicy "
                 "podReplacementPolicy:s*(Failed|TerminatingOrFailed) selector:LabelSelector "
                 "successPolicy:SuccessPolicy suspend:b template:PodTemplateSpec "
                 "ttlSecondsAfterFinished:i" },
    { "KeyToPath", "key:s mode:i path:s" },
    { "@LabelSelector", "matchExpressions:[]LabelSelectorRequirement matchLabels:{}s" },
    { "LabelSelectorRequirement", "key:s operator:s values:[]s" },
    { "Lifecycle", "postStart:LifecycleHandler preStop:LifecycleHandler "
                   "stopSignal:s" },
    { "LifecycleHandler",
      "exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction" },
    { "@LocalObjectReference", "name:s" },
    { "ManagedFieldsEntry",
      "apiVersion:s fieldsType:s fieldsV1:a manager:s operation:s subresource:s time:s" },
    { "MetricIdentifier", "name:s selector:LabelSelector" },
    { "MetricSpec", "containerResource:ContainerResourceMetricSource external:ExternalMetricSource "
                    "object:ObjectMetricSource pods:PodsMetricSource resource:ResourceMetricSource type:s" },
    { "MetricTarget", "averageUtilization:i averageValue:q type:s value:q" },
    { "NFSVolumeSource", "path:s readOnly:b server:s" },
    { "Namespace", "metadata:ObjectMeta spec:NamespaceSpec status:a" },
    { "NamespaceSpec", "finalizers:[]s" },
    { "NodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution:[]PreferredSchedulingTerm "
                      "requiredDuringSchedulingIgnoredDuringExecution:NodeSelector" },
    { "@NodeSelector", "nodeSelectorTerms:[]NodeSelectorTerm" },
    { "NodeSelectorRequirement", "key:s operator:s*(DoesNotExist|Exists|Gt|In|Lt|NotIn) values:[]s" },
    { "@NodeSelectorTerm",
      "matchExpressions:[]NodeSelectorRequirement matchFields:[]NodeSelectorRequirement" },
    { "@ObjectFieldSelector", "apiVersion:s fieldPath:s" },
    { "ObjectMeta", "annotations:{}s creationTimestamp:s deletionGracePeriodSeconds:l deletionTimestamp:s "
                    "finalizers:[set]s generateName:s generation:l labels:{}s "
                    "managedFields:[]ManagedFieldsEntry name:s namespace:s "
                    "ownerReferences:[uid]OwnerReference resourceVersion:s selfLink:s uid:s" },
    { "ObjectMetricSource",
      "describedObject:CrossVersionObjectReference metric:MetricIdentifier target:MetricTarget" },
    { "@ObjectReference", "apiVersion:s fieldPath:s kind:s name:s namespace:s resourceVersion:s uid:s" },
    { "@OwnerReference", "apiVersion:s blockOwnerDeletion:b controller:b kind:s name:s uid:s" },
    { "PersistentVolumeClaim", "metadata:ObjectMeta spec:PersistentVolumeClaimSpec status:a" },
    { "PersistentVolumeClaimSpec",
      "accessModes:[]s*(ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod) "
      "dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference "
      "resources:VolumeResourceRequirements selector:LabelSelector storageClassName:s "
      "volumeAttributesClassName:s volumeMode:s*(Block|Filesystem) volumeName:s" },
    { "PersistentVolumeClaimTemplate", "metadata:ObjectMeta spec:PersistentVolumeClaimSpec" },
    { "PersistentVolumeClaimVolumeSource", "claimName:s readOnly:b" },
    { "Pod", "metadata:ObjectMeta spec:PodSpec status:a" },
    { "PodAffinity", "preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm "
                     "requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm" },
    { "PodAffinityTerm", "labelSelector:LabelSelector matchLabelKeys:[]s mismatchLabelKeys:[]s "
                         "namespaceSelector:LabelSelector namespaces:[]s topologyKey:s" },
    { "PodAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm "
                         "requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm" },
    { "PodCertificateProjection", "certificateChainPath:s credentialBundlePath:s keyPath:s keyType:s "
                                  "maxExpirationSeconds:i signerName:s userAnnotations:{}s" },
    { "PodDNSConfig", "nameservers:[]s options:[]PodDNSConfigOption searches:[]s" },
    { "PodDNSConfigOption", "name:s value:s" },
    { "PodDisruptionBudget", "metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:a" },
    { "PodDisruptionBudgetSpec", "maxUnavailable:x minAvailable:x selector:LabelSelector "
                                 "unhealthyPodEvictionPolicy:s*(AlwaysAllow|IfHealthyBudget)" },
    { "PodFailurePolicy", "rules:[]PodFailurePolicyRule" },
    { "PodFailurePolicyOnExitCodesRequirement", "containerName:s operator:s*(In|NotIn) values:[set]i" },
    { "PodFailurePolicyOnPodConditionsPattern", "status:s type:s" },
    { "PodFailurePolicyRule", "action:s*(Count|FailIndex|FailJob|Ignore) "
                              "onExitCodes:PodFailurePolicyOnExitCodesRequirement "
                              "onPodConditions:[]PodFailurePolicyOnPodConditionsPattern" },
    { "PodOS", "name:s" },
    { "PodReadinessGate", "conditionType:s" },
    { "PodResourceClaim", "name:s resourceClaimName:s resourceClaimTemplateName:s" },
    { "PodSchedulingGate", "name:s" },
    { "PodSecurityContext",
      "appArmorProfile:AppArmorProfile fsGroup:l fsGroupChangePolicy:s*(Always|OnRootMismatch) "
      "runAsGroup:l runAsNonRoot:b runAsUser:l seLinuxChangePolicy:s "
      "seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile supplementalGroups:[]l "
      "supplementalGroupsPolicy:s*(Merge|Strict) sysctls:[]Sysctl "
      "windowsOptions:WindowsSecurityContextOptions" },
    { "PodSpec", "activeDeadlineSeconds:l affinity:Affinity automountServiceAccountToken:b "
                 "containers:[name]Container dnsConfig:PodDNSConfig "
                 "dnsPolicy:s(ClusterFirst|ClusterFirstWithHostNet|Default|None) enableServiceLinks:b "
                 "ephemeralContainers:[name]EphemeralContainer hostAliases:[ip]HostAlias hostIPC:b "
                 "hostNetwork:b hostPID:b hostUsers:b hostname:s hostnameOverride:s "
                 "imagePullSecrets:[name]LocalObjectReference initContainers:[name]Container nodeName:s "
                 "nodeSelector:{=}s os:PodOS overhead:{}q preemptionPolicy:s*(Never|PreemptLowerPriority) "
                 "priority:i priorityClassName:s readinessGates:[]PodReadinessGate "
                 "resourceClaims:[name]PodResourceClaim resources:ResourceRequirements "
                 "restartPolicy:s(Always|Never|OnFailure) runtimeClassName:s schedulerName:s "
                 "schedulingGates:[name]PodSchedulingGate securityContext:PodSecurityContext "
                 "serviceAccount:s serviceAccountName:s setHostnameAsFQDN:b shareProcessNamespace:b "
                 "subdomain:s terminationGracePeriodSeconds:l tolerations:[]Toleration "
                 "topologySpreadConstraints:[topologyKey,whenUnsatisfiable]TopologySpreadConstraint "
                 "volumes:[name]Volume workloadRef:WorkloadReference" },
    { "PodTemplateSpec", "metadata:ObjectMeta spec:PodSpec" },
    { "PodsMetricSource", "metric:MetricIdentifier target:MetricTarget" },
    { "PolicyRule", "apiGroups:[]s nonResourceURLs:[]s resourceNames:[]s resources:[]s verbs:[]s" },
    { "PreferredSchedulingTerm", "preference:NodeSelectorTerm weight:i" },
    { "Probe", "exec:ExecAction failureThreshold:i grpc:GRPCAction httpGet:HTTPGetAction "
               "initialDelaySeconds:i periodSeconds:i successThreshold:i tcpSocket:TCPSocketAction "
               "terminationGracePeriodSeconds:l timeoutSeconds:i" },
    { "ProjectedVolumeSource", "defaultMode:i sources:[]VolumeProjection" },
    { "ReplicaSet", "metadata:ObjectMeta spec:ReplicaSetSpec status:a" },
    { "ReplicaSetSpec", "minReadySeconds:i replicas:i selector:LabelSelector template:PodTemplateSpec" },
    { "ResourceClaim", "name:s request:s" },
    { "@ResourceFieldSelector", "containerName:s divisor:q resource:s" },
    { "ResourceMetricSource", "name:s target:MetricTarget" },
    { "ResourceRequirements", "claims:[name]ResourceClaim limits:{}q requests:{}q" },
    { "Role", "metadata:ObjectMeta rules:[]PolicyRule" },
    { "RoleBinding", "metadata:ObjectMeta roleRef:RoleRef subjects:[]Subject" },
    { "@RoleRef", "apiGroup:s kind:s name:s" },
    { "RollingUpdateDaemonSet", "maxSurge:x maxUnavailable:x" },
    { "RollingUpdateDeployment", "maxSurge:x maxUnavailable:x" },
    { "RollingUpdateStatefulSetStrategy", "maxUnavailable:x partition:i" },
    { "SELinuxOptions", "level:s role:s type:s user:s" },
    { "SeccompProfile", "localhostProfile:s type:s*(Localhost|RuntimeDefault|Unconfined)" },
    { "Secret", "data:{}y immutable:b metadata:ObjectMeta stringData:{}s type:s" },
    { "SecretEnvSource", "name:s optional:b" },
    { "@SecretKeySelector", "key:s name:s optional:b" },
    { "SecretProjection", "items:[]KeyToPath name:s optional:b" },
    { "SecretVolumeSource", "defaultMode:i items:[]KeyToPath optional:b secretName:s" },
    { "SecurityContext",
      "allowPrivilegeEscalation:b appArmorProfile:AppArmorProfile capabilities:Capabilities "
      "privileged:b procMount:s*(Default|Unmasked) readOnlyRootFilesystem:b runAsGroup:l "
      "runAsNonRoot:b runAsUser:l seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile "
      "windowsOptions:WindowsSecurityContextOptions" },
    { "Service", "metadata:ObjectMeta spec:ServiceSpec status:a" },
    { "ServiceAccount", "automountServiceAccountToken:b imagePullSecrets:[]LocalObjectReference "
                        "metadata:ObjectMeta secrets:[name]ObjectReference" },
    { "ServiceAccountTokenProjection", "audience:s expirationSeconds:l path:s" },
    { "ServicePort", "appProtocol:s name:s nodePort:i port:i protocol:s(SCTP|TCP|UDP)=TCP targetPort:x" },
    { "ServiceSpec", "allocateLoadBalancerNodePorts:b clusterIP:s clusterIPs:[]s externalIPs:[]s "
                     "externalName:s externalTrafficPolicy:s(Cluster|Local) healthCheckNodePort:i "
                     "internalTrafficPolicy:s*(Cluster|Local) ipFamilies:[]s*(IPv4|IPv6) "
                     "ipFamilyPolicy:s*(PreferDualStack|RequireDualStack|SingleStack) loadBalancerClass:s "
                     "loadBalancerIP:s loadBalancerSourceRanges:[]s ports:[port,protocol]ServicePort "
                     "publishNotReadyAddresses:b selector:{=}s sessionAffinity:s(ClientIP|None) "
                     "sessionAffinityConfig:SessionAffinityConfig trafficDistribution:s "
                     "type:s(ClusterIP|ExternalName|LoadBalancer|NodePort)" },
    { "SessionAffinityConfig", "clientIP:ClientIPConfig" },
    { "SleepAction", "seconds:l" },
    { "StatefulSet", "metadata:ObjectMeta spec:StatefulSetSpec status:a" },
    { "StatefulSetOrdinals", "start:i" },
    { "StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted:s whenScaled:s" },
    { "StatefulSetSpec",
      "minReadySeconds:i ordinals:StatefulSetOrdinals "
      "persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy "
      "podManagementPolicy:s(OrderedReady|Parallel) replicas:i revisionHistoryLimit:i "
      "selector:LabelSelector serviceName:s template:PodTemplateSpec "
      "updateStrategy:StatefulSetUpdateStrategy volumeClaimTemplates:[]PersistentVolumeClaim" },
    { "StatefulSetUpdateStrategy",
      "rollingUpdate:RollingUpdateStatefulSetStrategy type:s(OnDelete|RollingUpdate)" },
    { "StorageClass", "allowVolumeExpansion:b allowedTopologies:[]TopologySelectorTerm metadata:ObjectMeta "
                      "mountOptions:[]s parameters:{}s provisioner:s reclaimPolicy:s*(Delete|Recycle|Retain) "
                      "volumeBindingMode:s*(Immediate|WaitForFirstConsumer)" },
    { "@Subject", "apiGroup:s kind:s name:s namespace:s" },
    { "SuccessPolicy", "rules:[]SuccessPolicyRule" },
    { "SuccessPolicyRule", "succeededCount:i succeededIndexes:s" },
    { "Sysctl", "name:s value:s" },
    { "TCPSocketAction", "host:s port:x" },
    { "Toleration", "effect:s(NoExecute|NoSchedule|PreferNoSchedule) key:s operator:s(Equal|Exists|Gt|Lt) "
                    "tolerationSeconds:l value:s" },
    { "TopologySelectorLabelRequirement", "key:s values:[]s" },
    { "@TopologySelectorTerm", "matchLabelExpressions:[]TopologySelectorLabelRequirement" },
    { "TopologySpreadConstraint",
      "labelSelector:LabelSelector matchLabelKeys:[]s maxSkew:i minDomains:i "
      "nodeAffinityPolicy:s*(Honor|Ignore) nodeTaintsPolicy:s*(Honor|Ignore) topologyKey:s "
      "whenUnsatisfiable:s*(DoNotSchedule|ScheduleAnyway)" },
    { "@TypedLocalObjectReference", "apiGroup:s kind:s name:s" },
    { "TypedObjectReference", "apiGroup:s kind:s name:s namespace:s" },
    { "Volume", "awsElasticBlockStore:a azureDisk:a azureFile:a cephfs:a cinder:CinderVolumeSource "
                "configMap:ConfigMapVolumeSource csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource "
                "emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc:a flexVolume:a "
                "flocker:a gcePersistentDisk:a gitRepo:a glusterfs:a hostPath:HostPathVolumeSource "
                "image:ImageVolumeSource iscsi:a name:s nfs:NFSVolumeSource "
                "persistentVolumeClaim:PersistentVolumeClaimVolumeSource photonPersistentDisk:a "
                "portworxVolume:a projected:ProjectedVolumeSource quobyte:a rbd:a scaleIO:a "
                "secret:SecretVolumeSource storageos:a vsphereVolume:a" },
    { "VolumeDevice", "devicePath:s name:s" },
    { "VolumeMount", "mountPath:s mountPropagation:s*(Bidirectional|HostToContainer|None) name:s readOnly:b "
                     "recursiveReadOnly:s subPath:s subPathExpr:s" },
    { "VolumeProjection", "clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection "
                          "downwardAPI:DownwardAPIProjection podCertificate:PodCertificateProjection "
                          "secret:SecretProjection serviceAccountToken:ServiceAccountTokenProjection" },
    { "VolumeResourceRequirements", "limits:{}q requests:{}q" },
    { "WeightedPodAffinityTerm", "podAffinityTerm:PodAffinityTerm weight:i" },
    { "WindowsSecurityContextOptions",
      "gmsaCredentialSpec:s gmsaCredentialSpecName:s hostProcess:b runAsUserName:s" },
    { "WorkloadReference", "name:s podGroup:s podGroupReplicaKey:s" },
    { NULL, NULL },
};
