/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/workloads/crd_schemas.h"

/* JSON with single quotes. {'$': NAME} stands for the schema of that name; what stands beside it is added. */
static const struct {
    const char *name, *text;
} schemas[] = {
    { "hostname", "{'type':'string','minLength':1,'maxLength':253,'pattern':'^(\\\\*\\\\.)?[a-z0-9]([-a-z0-"
                  "9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'}" },
    { "preciseHostname",
      "{'type':'string','minLength':1,'maxLength':253,'pattern':'^[a-z0-9]([-a-z0-9]*[a-z0-9])?"
      "(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'}" },
    { "section", "{'type':'string','minLength':1,'maxLength':253,'pattern':'^[a-z0-9]([-a-z0-9]*[a-z0-9])?"
                 "(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'}" },
    { "namespace", "{'type':'string','minLength':1,'maxLength':63,'pattern':'^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
                   "'}" },
    { "group", "{'type':'string','maxLength':253,'pattern':'^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0"
               "-9]([-a-z0-9]*[a-z0-9])?)*$'}" },
    { "kind", "{'type':'string','minLength':1,'maxLength':63,'pattern':'^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0"
              "-9])?$'}" },
    { "name", "{'type':'string','minLength':1,'maxLength':253}" },
    { "port", "{'type':'integer','minimum':1,'maximum':65535,'format':'int32'}" },
    { "duration", "{'type':'string','pattern':'^([0-9]{1,5}(h|m|s|ms)){1,4}$'}" },
    { "headerName", "{'type':'string','minLength':1,'maxLength':256,'pattern':'^[A-Za-z0-9!#$%&\\u0027*+.^_`|"
                    "~-]+$'}" },
    { "condition", "{'type':'object','properties':{'type':{'type':'string','maxLength':316},'status':{'type'"
                   ":'string','enum':['True','False','Unknown']},'reason':{'type':'string','minLength':1,'ma"
                   "xLength':1024},'message':{'type':'string','maxLength':32768},'lastTransitionTime':{'type"
                   "':'string'},'observedGeneration':{'type':'integer','minimum':0}},'required':['lastTransi"
                   "tionTime','message','reason','status','type']}" },
    { "conditionsStatus",
      "{'type':'object','properties':{'conditions':{'type':'array','items':{'$':'condition'},'m"
      "axItems':8,'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['type']}}}" },
    { "parentRef", "{'type':'object','properties':{'group':{'$':'group','default':'gateway.networking.k8s.io"
                   "'},'kind':{'$':'kind','default':'Gateway'},'namespace':{'$':'namespace'},'name':{'$':'na"
                   "me'},'sectionName':{'$':'section'},'port':{'$':'port'}},'required':['name']}" },
    { "parentRefs", "{'type':'array','items':{'$':'parentRef'},'maxItems':32}" },
    { "backendRef", "{'type':'object','properties':{'group':{'$':'group','default':''},'kind':{'$':'kind','de"
                    "fault':'Service'},'name':{'$':'name'},'namespace':{'$':'namespace'},'port':{'$':'port'},"
                    "'weight':{'type':'integer','minimum':0,'maximum':1000000,'default':1,'format':'int32'}},"
                    "'required':['name']}" },
    { "objectRef", "{'type':'object','properties':{'group':{'$':'group','default':''},'kind':{'$':'kind','de"
                   "fault':'Service'},'name':{'$':'name'},'namespace':{'$':'namespace'},'port':{'$':'port'}}"
                   ",'required':['name']}" },
    { "secretRef",
      "{'type':'object','properties':{'group':{'$':'group','default':''},'kind':{'$':'kind','de"
      "fault':'Secret'},'name':{'$':'name'},'namespace':{'$':'namespace'}},'required':['name']}" },
    { "localRef", "{'type':'object','properties':{'group':{'$':'group'},'kind':{'$':'kind'},'name':{'$':'na"
                  "me'}},'required':['group','kind','name']}" },
    { "routeStatus",
      "{'type':'object','properties':{'parents':{'type':'array','items':{'type':'object','prope"
      "rties':{'parentRef':{'$':'parentRef'},'controllerName':{'type':'string','minLength':1,'m"
      "axLength':253},'conditions':{'type':'array','items':{'$':'condition'},'maxItems':8,'minI"
      "tems':1,'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['type']}},'required"
      "':['parentRef','controllerName','conditions']},'maxItems':32}},'required':['parents']}" },
    { "selector", "{'type':'object','properties':{'matchLabels':{'type':'object','additionalProperties':{'t"
                  "ype':'string'}},'matchExpressions':{'type':'array','items':{'type':'object','properties'"
                  ":{'key':{'type':'string'},'operator':{'type':'string'},'values':{'type':'array','items':"
                  "{'type':'string'}}},'required':['key','operator']}}},'x-kubernetes-map-type':'atomic'}" },
    { "routeKinds", "{'type':'array','items':{'type':'object','properties':{'group':{'$':'group','default':'g"
                    "ateway.networking.k8s.io'},'kind':{'$':'kind'}},'required':['kind']},'maxItems':8}" },
    { "listeners", "{'type':'array','items':{'type':'object','properties':{'name':{'$':'section'},'hostname'"
                   ":{'$':'hostname'},'port':{'$':'port'},'protocol':{'type':'string','minLength':1,'maxLeng"
                   "th':255,'pattern':'^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])"
                   "?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/[A-Za-z0-9]+$'},'tls':{'type':'object','propertie"
                   "s':{'mode':{'type':'string','enum':['Terminate','Passthrough'],'default':'Terminate'},'c"
                   "ertificateRefs':{'type':'array','items':{'$':'secretRef'},'maxItems':64},'options':{'typ"
                   "e':'object','additionalProperties':{'type':'string','maxLength':4096},'maxProperties':16"
                   "}}},'allowedRoutes':{'type':'object','properties':{'namespaces':{'type':'object','proper"
                   "ties':{'from':{'type':'string','enum':['All','Selector','Same'],'default':'Same'},'selec"
                   "tor':{'$':'selector'}},'default':{'from':'Same'}},'kinds':{'$':'routeKinds'}},'default':"
                   "{'namespaces':{'from':'Same'}}}},'required':['name','port','protocol']},'maxItems':64,'m"
                   "inItems':1,'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['name']}" },
    { "listenerStatus",
      "{'type':'array','items':{'type':'object','properties':{'name':{'$':'section'},'supported"
      "Kinds':{'$':'routeKinds'},'attachedRoutes':{'type':'integer'},'conditions':{'type':'arra"
      "y','items':{'$':'condition'},'maxItems':8,'x-kubernetes-list-type':'map','x-kubernetes-l"
      "ist-map-keys':['type']}},'required':['name','attachedRoutes','conditions']},'maxItems':6"
      "4,'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['name']}" },
    { "Gateway", "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
                 "metadata':{'type':'object'},'spec':{'type':'object','properties':{'gatewayClassName':{'$"
                 "':'name'},'listeners':{'$':'listeners'},'addresses':{'type':'array','items':{'type':'obj"
                 "ect','properties':{'type':{'type':'string','minLength':1,'maxLength':253,'default':'IPAd"
                 "dress'},'value':{'type':'string','maxLength':253}}},'maxItems':16},'infrastructure':{'ty"
                 "pe':'object','properties':{'annotations':{'type':'object','additionalProperties':{'type'"
                 ":'string','maxLength':4096},'maxProperties':'%ANNOTATIONS%'},'labels':{'type':'object','"
                 "additionalProperties':{'type':'string','maxLength':63,'pattern':'^(([A-Za-z0-9][-A-Za-z0"
                 "-9_.]*)?[A-Za-z0-9])?$'},'maxProperties':8},'parametersRef':{'$':'localRef'}}},'allowedL"
                 "isteners':{'type':'object','properties':{'namespaces':{'type':'object','properties':{'fr"
                 "om':{'type':'string','enum':['All','Selector','Same','None'],'default':'None'},'selector"
                 "':{'$':'selector'}},'default':{'from':'None'}}}},'tls':{'type':'object','x-kubernetes-pr"
                 "eserve-unknown-fields':true},'defaultScope':{'type':'string','enum':['All','None']}},'re"
                 "quired':['gatewayClassName','listeners']},'status':{'type':'object','properties':{'addre"
                 "sses':{'type':'array','items':{'type':'object','properties':{'type':{'type':'string','de"
                 "fault':'IPAddress'},'value':{'type':'string'}},'required':['value']},'maxItems':16},'lis"
                 "teners':{'$':'listenerStatus'},'attachedListenerSets':{'type':'integer'},'conditions':{'"
                 "type':'array','items':{'$':'condition'},'maxItems':8,'x-kubernetes-list-type':'map','x-k"
                 "ubernetes-list-map-keys':['type']}},'default':{'conditions':[{'type':'Accepted','status'"
                 ":'Unknown','reason':'Pending','message':'Waiting for controller','lastTransitionTime':'1"
                 "970-01-01T00:00:00Z'},{'type':'Programmed','status':'Unknown','reason':'Pending','messag"
                 "e':'Waiting for controller','lastTransitionTime':'1970-01-01T00:00:00Z'}]}}},'required':"
                 "['spec']}" },
    { "GatewayClass",
      "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
      "metadata':{'type':'object'},'spec':{'type':'object','properties':{'controllerName':{'typ"
      "e':'string','minLength':1,'maxLength':253,'pattern':'^[a-z0-9]([-a-z0-9]*[a-z0-9])?("
      "\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/[A-Za-z0-9/._~%!$&\\u0027()*+,;=:-]+$'},'parametersRef'"
      ":{'type':'object','properties':{'group':{'$':'group'},'kind':{'$':'kind'},'name':{'$':'n"
      "ame'},'namespace':{'$':'namespace'}},'required':['group','kind','name']},'description':{"
      "'type':'string','maxLength':64}},'required':['controllerName']},'status':{'type':'object"
      "','properties':{'conditions':{'type':'array','items':{'$':'condition'},'maxItems':8,'x-k"
      "ubernetes-list-type':'map','x-kubernetes-list-map-keys':['type']},'supportedFeatures':{'"
      "type':'array','items':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}},'d"
      "efault':{'conditions':[{'type':'Accepted','status':'Unknown','reason':'Pending','message"
      "':'Waiting for controller','lastTransitionTime':'1970-01-01T00:00:00Z'}]}}},'required':["
      "'spec']}" },
    { "headerFilter",
      "{'type':'object','properties':{'set':{'type':'array','items':{'type':'object','propertie"
      "s':{'name':{'$':'headerName'},'value':{'type':'string','minLength':1,'maxLength':4096}},"
      "'required':['name','value']},'maxItems':16,'x-kubernetes-list-type':'map','x-kubernetes-"
      "list-map-keys':['name']},'add':{'type':'array','items':{'type':'object','properties':{'n"
      "ame':{'$':'headerName'},'value':{'type':'string','minLength':1,'maxLength':4096}},'requi"
      "red':['name','value']},'maxItems':16,'x-kubernetes-list-type':'map','x-kubernetes-list-m"
      "ap-keys':['name']},'remove':{'type':'array','items':{'type':'string'},'maxItems':16,'x-k"
      "ubernetes-list-type':'set'}}}" },
    { "path", "{'type':'object','properties':{'type':{'type':'string','enum':['Exact','PathPrefix','Reg"
              "ularExpression'],'default':'PathPrefix'},'value':{'type':'string','maxLength':1024,'defa"
              "ult':'/'}},'default':{'type':'PathPrefix','value':'/'}}" },
    { "headerMatch",
      "{'type':'object','properties':{'type':{'type':'string','enum':['Exact','RegularExpressio"
      "n'],'default':'Exact'},'name':{'$':'headerName'},'value':{'type':'string','minLength':1,"
      "'maxLength':4096}},'required':['name','value']}" },
    { "queryMatch", "{'type':'object','properties':{'type':{'type':'string','enum':['Exact','RegularExpressio"
                    "n'],'default':'Exact'},'name':{'$':'headerName'},'value':{'type':'string','minLength':1,"
                    "'maxLength':1024}},'required':['name','value']}" },
    { "pathModifier",
      "{'type':'object','properties':{'type':{'type':'string','enum':['ReplaceFullPath','Replac"
      "ePrefixMatch']},'replaceFullPath':{'type':'string','maxLength':1024},'replacePrefixMatch"
      "':{'type':'string','maxLength':1024}},'required':['type']}" },
    { "fraction", "{'type':'object','properties':{'numerator':{'type':'integer','minimum':0,'format':'int32"
                  "'},'denominator':{'type':'integer','minimum':1,'format':'int32','default':100}},'require"
                  "d':['numerator']}" },
    { "mirror", "{'type':'object','properties':{'backendRef':{'$':'objectRef'},'percent':{'type':'integer"
                "','minimum':0,'maximum':100},'fraction':{'$':'fraction'}},'required':['backendRef']}" },
    { "cors", "{'properties':{'allowCredentials':{'type':'boolean'},'allowHeaders':{'items':{'$':'heade"
              "rName'},'maxItems':64,'type':'array','x-kubernetes-list-type':'set'},'allowMethods':{'it"
              "ems':{'enum':['GET','HEAD','POST','PUT','DELETE','CONNECT','OPTIONS','TRACE','PATCH','*'"
              "],'type':'string'},'maxItems':9,'type':'array','x-kubernetes-list-type':'set'},'allowOri"
              "gins':{'items':{'maxLength':253,'minLength':1,'pattern':'(^\\\\*$)|(^(http(s)?):\\\\/"
              "\\\\/(((\\\\*\\\\.)?([a-zA-Z0-9\\\\-]+\\\\.)*[a-zA-Z0-9-]+|\\\\*)(:([0-9]{1,5}))?)$)','type"
              "':'string'},'maxItems':64,'type':'array','x-kubernetes-list-type':'set'},'exposeHeaders'"
              ":{'items':{'$':'headerName'},'maxItems':64,'type':'array','x-kubernetes-list-type':'set'"
              "},'maxAge':{'default':5,'format':'int32','minimum':1,'type':'integer'}},'type':'object'}" },
    { "httpFilters",
      "{'type':'array','items':{'type':'object','properties':{'type':{'type':'string','enum':['"
      "RequestHeaderModifier','ResponseHeaderModifier','RequestMirror','RequestRedirect','URLRe"
      "write','ExtensionRef','CORS','ExternalAuth']},'requestHeaderModifier':{'$':'headerFilter"
      "'},'responseHeaderModifier':{'$':'headerFilter'},'requestMirror':{'$':'mirror'},'request"
      "Redirect':{'type':'object','properties':{'scheme':{'type':'string','enum':['http','https"
      "']},'hostname':{'$':'preciseHostname'},'path':{'$':'pathModifier'},'port':{'$':'port'},'"
      "statusCode':{'type':'integer','enum':[301,302,303,307,308],'default':302}}},'urlRewrite'"
      ":{'type':'object','properties':{'hostname':{'$':'preciseHostname'},'path':{'$':'pathModi"
      "fier'}}},'extensionRef':{'$':'localRef'},'cors':{'$':'cors'},'externalAuth':{'type':'obj"
      "ect','x-kubernetes-preserve-unknown-fields':true}},'required':['type']},'maxItems':16}" },
    { "httpBackend",
      "{'type':'object','properties':{'group':{'$':'group','default':''},'kind':{'$':'kind','de"
      "fault':'Service'},'name':{'$':'name'},'namespace':{'$':'namespace'},'port':{'$':'port'},"
      "'weight':{'type':'integer','minimum':0,'maximum':1000000,'default':1,'format':'int32'},'"
      "filters':{'$':'httpFilters'}},'required':['name']}" },
    { "grpcFilters",
      "{'type':'array','items':{'type':'object','properties':{'type':{'type':'string','enum':['"
      "ResponseHeaderModifier','RequestHeaderModifier','RequestMirror','ExtensionRef']},'reques"
      "tHeaderModifier':{'$':'headerFilter'},'responseHeaderModifier':{'$':'headerFilter'},'req"
      "uestMirror':{'$':'mirror'},'extensionRef':{'$':'localRef'}},'required':['type']},'maxIte"
      "ms':16}" },
    { "grpcBackend",
      "{'type':'object','properties':{'group':{'$':'group','default':''},'kind':{'$':'kind','de"
      "fault':'Service'},'name':{'$':'name'},'namespace':{'$':'namespace'},'port':{'$':'port'},"
      "'weight':{'type':'integer','minimum':0,'maximum':1000000,'default':1,'format':'int32'},'"
      "filters':{'$':'grpcFilters'}},'required':['name']}" },
    { "HTTPRoute", "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
                   "metadata':{'type':'object'},'spec':{'type':'object','properties':{'parentRefs':{'$':'par"
                   "entRefs'},'hostnames':{'type':'array','items':{'$':'hostname'},'maxItems':16},'rules':{'"
                   "type':'array','items':{'type':'object','properties':{'name':{'$':'section'},'matches':{'"
                   "type':'array','items':{'type':'object','properties':{'path':{'$':'path'},'headers':{'typ"
                   "e':'array','items':{'$':'headerMatch'},'maxItems':16,'x-kubernetes-list-type':'map','x-k"
                   "ubernetes-list-map-keys':['name']},'queryParams':{'type':'array','items':{'$':'queryMatc"
                   "h'},'maxItems':16,'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['name']},"
                   "'method':{'type':'string','enum':['GET','HEAD','POST','PUT','DELETE','CONNECT','OPTIONS'"
                   ",'TRACE','PATCH']}}},'maxItems':64,'default':[{'path':{'type':'PathPrefix','value':'/'}}"
                   "]},'filters':{'$':'httpFilters'},'backendRefs':{'type':'array','items':{'$':'httpBackend"
                   "'},'maxItems':16},'timeouts':{'type':'object','properties':{'request':{'$':'duration'},'"
                   "backendRequest':{'$':'duration'}}},'retry':{'type':'object','x-kubernetes-preserve-unkno"
                   "wn-fields':true},'sessionPersistence':{'type':'object','x-kubernetes-preserve-unknown-fi"
                   "elds':true}}},'maxItems':16,'minItems':1,'default':[{'matches':[{'path':{'type':'PathPre"
                   "fix','value':'/'}}]}]}}},'status':{'$':'routeStatus'}},'required':['spec']}" },
    { "GRPCRoute", "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
                   "metadata':{'type':'object'},'spec':{'type':'object','properties':{'parentRefs':{'$':'par"
                   "entRefs'},'hostnames':{'type':'array','items':{'$':'hostname'},'maxItems':16},'rules':{'"
                   "type':'array','items':{'type':'object','properties':{'name':{'$':'section'},'matches':{'"
                   "type':'array','items':{'type':'object','properties':{'method':{'type':'object','properti"
                   "es':{'type':{'type':'string','enum':['Exact','RegularExpression'],'default':'Exact'},'se"
                   "rvice':{'type':'string','maxLength':1024},'method':{'type':'string','maxLength':1024}}},"
                   "'headers':{'type':'array','items':{'$':'headerMatch'},'maxItems':16,'x-kubernetes-list-t"
                   "ype':'map','x-kubernetes-list-map-keys':['name']}}},'maxItems':64},'filters':{'$':'grpcF"
                   "ilters'},'backendRefs':{'type':'array','items':{'$':'grpcBackend'},'maxItems':16},'sessi"
                   "onPersistence':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}},'maxItems"
                   "':16}}},'status':{'$':'routeStatus'}},'required':['spec']}" },
    { "L4Route", "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
                 "metadata':{'type':'object'},'spec':{'type':'object','properties':{'parentRefs':{'$':'par"
                 "entRefs'},'useDefaultGateways':{'type':'string','enum':['All','None']},'rules':{'type':'"
                 "array','items':{'type':'object','properties':{'name':{'$':'section'},'backendRefs':{'typ"
                 "e':'array','items':{'$':'backendRef'},'maxItems':16,'minItems':1}},'required':['backendR"
                 "efs']},'maxItems':1,'minItems':1}},'required':['rules']},'status':{'$':'routeStatus'}},'"
                 "required':['spec']}" },
    { "L4RouteAlpha",
      "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
      "metadata':{'type':'object'},'spec':{'type':'object','properties':{'parentRefs':{'$':'par"
      "entRefs'},'useDefaultGateways':{'type':'string','enum':['All','None']},'rules':{'type':'"
      "array','items':{'type':'object','properties':{'name':{'$':'section'},'backendRefs':{'typ"
      "e':'array','items':{'$':'backendRef'},'maxItems':16,'minItems':1}},'required':['backendR"
      "efs']},'maxItems':16,'minItems':1}},'required':['rules']},'status':{'$':'routeStatus'}},"
      "'required':['spec']}" },
    { "TLSRoute", "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
                  "metadata':{'type':'object'},'spec':{'type':'object','properties':{'parentRefs':{'$':'par"
                  "entRefs'},'useDefaultGateways':{'type':'string','enum':['All','None']},'rules':{'type':'"
                  "array','items':{'type':'object','properties':{'name':{'$':'section'},'backendRefs':{'typ"
                  "e':'array','items':{'$':'backendRef'},'maxItems':16,'minItems':1}},'required':['backendR"
                  "efs']},'maxItems':1,'minItems':1},'hostnames':{'type':'array','items':{'$':'hostname'},'"
                  "maxItems':1024,'minItems':1}},'required':['rules','hostnames']},'status':{'$':'routeStat"
                  "us'}},'required':['spec']}" },
    { "TLSRouteAlpha",
      "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
      "metadata':{'type':'object'},'spec':{'type':'object','properties':{'parentRefs':{'$':'par"
      "entRefs'},'useDefaultGateways':{'type':'string','enum':['All','None']},'rules':{'type':'"
      "array','items':{'type':'object','properties':{'name':{'$':'section'},'backendRefs':{'typ"
      "e':'array','items':{'$':'backendRef'},'maxItems':16,'minItems':1}},'required':['backendR"
      "efs']},'maxItems':16,'minItems':1},'hostnames':{'type':'array','items':{'$':'hostname'},"
      "'maxItems':16}},'required':['rules']},'status':{'$':'routeStatus'}},'required':['spec']}" },
    { "ReferenceGrant",
      "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
      "metadata':{'type':'object'},'spec':{'type':'object','properties':{'from':{'type':'array'"
      ",'items':{'type':'object','properties':{'group':{'$':'group'},'kind':{'$':'kind'},'names"
      "pace':{'$':'namespace'}},'required':['group','kind','namespace']},'maxItems':16,'minItem"
      "s':1},'to':{'type':'array','items':{'type':'object','properties':{'group':{'$':'group'},"
      "'kind':{'$':'kind'},'name':{'$':'name'}},'required':['group','kind']},'maxItems':16,'min"
      "Items':1}},'required':['from','to']}},'required':['spec']}" },
    { "BackendTLSPolicy",
      "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
      "metadata':{'type':'object'},'spec':{'type':'object','properties':{'targetRefs':{'type':'"
      "array','items':{'type':'object','properties':{'group':{'$':'group'},'kind':{'$':'kind'},"
      "'name':{'$':'name'},'sectionName':{'$':'section'}},'required':['group','kind','name']},'"
      "maxItems':16,'minItems':1},'validation':{'type':'object','properties':{'hostname':{'$':'"
      "preciseHostname'},'caCertificateRefs':{'type':'array','items':{'$':'localRef'},'maxItems"
      "':8},'wellKnownCACertificates':{'type':'string','enum':['System']},'subjectAltNames':{'t"
      "ype':'array','items':{'type':'object','x-kubernetes-preserve-unknown-fields':true},'maxI"
      "tems':5}},'required':['hostname']},'options':{'type':'object','additionalProperties':{'t"
      "ype':'string'},'maxProperties':16}},'required':['targetRefs','validation']},'status':{'t"
      "ype':'object','x-kubernetes-preserve-unknown-fields':true}},'required':['spec']}" },
    { "ListenerSet",
      "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
      "metadata':{'type':'object'},'spec':{'type':'object','properties':{'parentRef':{'type':'o"
      "bject','properties':{'group':{'$':'group','default':'gateway.networking.k8s.io'},'kind':"
      "{'$':'kind','default':'Gateway'},'name':{'$':'name'},'namespace':{'$':'namespace'}},'req"
      "uired':['name']},'listeners':{'$':'listeners'}},'required':['parentRef','listeners']},'s"
      "tatus':{'type':'object','properties':{'conditions':{'type':'array','items':{'$':'conditi"
      "on'},'maxItems':8,'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['type']},"
      "'listeners':{'$':'listenerStatus'}},'default':{'conditions':[{'type':'Accepted','status'"
      ":'Unknown','reason':'Pending','message':'Waiting for controller','lastTransitionTime':'1"
      "970-01-01T00:00:00Z'},{'type':'Programmed','status':'Unknown','reason':'Pending','messag"
      "e':'Waiting for controller','lastTransitionTime':'1970-01-01T00:00:00Z'}]}}},'required':"
      "['spec']}" },
    { "EnvoyProxy", "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
                    "metadata':{'type':'object'},'spec':{'type':'object','properties':{'provider':{'type':'ob"
                    "ject','properties':{'type':{'type':'string','enum':['Kubernetes','Host']},'kubernetes':{"
                    "'type':'object','properties':{'envoyDeployment':{'type':'object','x-kubernetes-preserve-"
                    "unknown-fields':true},'envoyDaemonSet':{'type':'object','x-kubernetes-preserve-unknown-f"
                    "ields':true},'envoyHpa':{'type':'object','x-kubernetes-preserve-unknown-fields':true},'e"
                    "nvoyPDB':{'type':'object','x-kubernetes-preserve-unknown-fields':true},'envoyServiceAcco"
                    "unt':{'type':'object','x-kubernetes-preserve-unknown-fields':true},'useListenerPortAsCon"
                    "tainerPort':{'type':'boolean'},'envoyService':{'type':'object','properties':{'type':{'ty"
                    "pe':'string','enum':['ClusterIP','LoadBalancer','NodePort'],'default':'LoadBalancer'},'a"
                    "nnotations':{'type':'object','additionalProperties':{'type':'string'}},'labels':{'type':"
                    "'object','additionalProperties':{'type':'string'}},'externalTrafficPolicy':{'type':'stri"
                    "ng','enum':['Local','Cluster'],'default':'Local'},'loadBalancerIP':{'type':'string','pat"
                    "tern':'^((25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])\\\\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9]?"
                    "[0-9])$'},'loadBalancerSourceRanges':{'type':'array','items':{'type':'string'}},'loadBal"
                    "ancerClass':{'type':'string'},'allocateLoadBalancerNodePorts':{'type':'boolean'},'name':"
                    "{'type':'string'},'patch':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}"
                    "}}},'host':{'type':'object','x-kubernetes-preserve-unknown-fields':true}},'required':['t"
                    "ype']},'mergeGateways':{'type':'boolean'},'ipFamily':{'type':'string','enum':['IPv4','IP"
                    "v6','DualStack']}},'x-kubernetes-preserve-unknown-fields':true},'status':{'type':'object"
                    "','x-kubernetes-preserve-unknown-fields':true}}}" },
    { "Anything", "{'type':'object','properties':{'apiVersion':{'type':'string'},'kind':{'type':'string'},'"
                  "metadata':{'type':'object'},'spec':{'type':'object','x-kubernetes-preserve-unknown-field"
                  "s':true},'status':{'type':'object','x-kubernetes-preserve-unknown-fields':true}},'requir"
                  "ed':['spec']}" },
};

static json_t *parse(const char *text)
{
    CLEAN(free) char *json = x_strdup(text);
    json_t *doc;

    for (char *at = json; *at; at++)
        if (*at == '\'')
            *at = '"';
    doc = json_loads(json, 0, NULL);
    if (!doc)
        abort(); /* a mistake in the table above */
    return doc;
}

static json_t *expanded(json_t *doc);

static json_t *put_in(json_t *use)
{
    json_t *whole = crd_schema(jx_str(use, "$", ""));

    if (!whole)
        abort();
    (void)json_object_del(use, "$");
    (void)json_object_update(whole, use);
    json_decref(use);
    return whole;
}

/* Takes 'doc'. The tables nest a few levels and no schema uses itself. */
static json_t *expanded(json_t *doc) /* NOLINT(misc-no-recursion) */
{
    const char *name;
    json_t *child;
    void *safe;
    size_t i;

    if (json_object_get(doc, "$"))
        return put_in(doc);
    json_object_foreach_safe (doc, safe, name, child) {
        jx_set(doc, name, expanded(json_incref(child)));
    }
    json_array_foreach (doc, i, child)
        if (json_array_set_new(doc, i, expanded(json_incref(child))) < 0)
            abort();
    return doc;
}

json_t *crd_schema(const char *name) /* NOLINT(misc-no-recursion) */
{
    for (size_t i = 0; i < ARRAY_LENGTH(schemas); i++)
        if (!strcmp(schemas[i].name, name))
            return expanded(parse(schemas[i].text));
    return NULL;
}
