{{/* Made from k8s/base by npm run generate. */}}
{{- define "podkit.container.clone" -}}
- args:
    - --repo=$(SITE_REPO)
    - --ref=$(SITE_REF)
    - --root=/site
    - --link=current
    - --one-time
    - --max-failures=30
    - --period=2s
  env:
    - name: SITE_REPO
      value: {{ .Values.site.repo | toJson }}
    - name: SITE_REF
      value: {{ .Values.site.ref | toJson }}
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: POD_NAMESPACE
      valueFrom:
        fieldRef:
          fieldPath: metadata.namespace
    - name: NODE_NAME
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
    - name: SHUTDOWN_TIMEOUT
      value: 4s
    {{- with (index .Values.containers "clone").env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  image: {{ include "podkit.image" (list . "git-sync") }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  name: clone
  resources:
    {{- toYaml (index .Values.containers "clone").resources | nindent 4 }}
  securityContext:
    allowPrivilegeEscalation: false
    capabilities:
      drop:
        - ALL
    readOnlyRootFilesystem: true
    runAsGroup: 65533
    runAsUser: 65533
  volumeMounts:
    - mountPath: /site
      name: site
    - mountPath: /tmp
      name: tmp
      subPath: clone
{{- end }}
{{- define "podkit.container.git-sync" -}}
- args:
    - --repo=$(SITE_REPO)
    - --ref=$(SITE_REF)
    - --root=/site
    - --link=current
    - --period=2s
    - --max-failures=-1
    - --stale-worktree-timeout=60s
    - --http-bind=:9376
    - --http-metrics
  env:
    - name: SITE_REPO
      value: {{ .Values.site.repo | toJson }}
    - name: SITE_REF
      value: {{ .Values.site.ref | toJson }}
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: POD_NAMESPACE
      valueFrom:
        fieldRef:
          fieldPath: metadata.namespace
    - name: NODE_NAME
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
    - name: DRAIN_DELAY
      value: 0s
    - name: SHUTDOWN_TIMEOUT
      value: 4s
    {{- with (index .Values.containers "git-sync").env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  image: {{ include "podkit.image" (list . "git-sync") }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  livenessProbe:
    failureThreshold: 3
    httpGet:
      path: /livez
      port: git-sync
    periodSeconds: 10
    timeoutSeconds: 3
  name: git-sync
  ports:
    - containerPort: 9376
      name: git-sync
  readinessProbe:
    failureThreshold: 3
    httpGet:
      path: /
      port: git-sync
    periodSeconds: 2
    timeoutSeconds: 3
  resources:
    {{- toYaml (index .Values.containers "git-sync").resources | nindent 4 }}
  restartPolicy: Always
  securityContext:
    allowPrivilegeEscalation: false
    capabilities:
      drop:
        - ALL
    readOnlyRootFilesystem: true
    runAsGroup: 65533
    runAsUser: 65533
  startupProbe:
    failureThreshold: 90
    httpGet:
      path: /startupz
      port: git-sync
    periodSeconds: 1
    timeoutSeconds: 2
  volumeMounts:
    - mountPath: /site
      name: site
    - mountPath: /tmp
      name: tmp
      subPath: git-sync
{{- end }}
{{- define "podkit.container.ambassador" -}}
- env:
    - name: AMBASSADOR_CONFIG
      value: /etc/podkit/config/ambassador.yaml
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: POD_NAMESPACE
      valueFrom:
        fieldRef:
          fieldPath: metadata.namespace
    - name: NODE_NAME
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
    - name: DRAIN_DELAY
      value: 0s
    - name: SHUTDOWN_TIMEOUT
      value: 4s
    - name: GRACE_PERIOD
      value: 45s
    - name: NODE_OPTIONS
      value: --max-old-space-size-percentage=70
    {{- with (index .Values.containers "ambassador").env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  image: {{ include "podkit.image" (list . "ambassador") }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  livenessProbe:
    failureThreshold: 3
    httpGet:
      path: /livez
      port: ambassador
    periodSeconds: 10
    timeoutSeconds: 3
  name: ambassador
  ports:
    - containerPort: 3501
      name: ambassador
  readinessProbe:
    failureThreshold: 3
    httpGet:
      path: /readyz
      port: ambassador
    periodSeconds: 2
    timeoutSeconds: 3
  resources:
    {{- toYaml (index .Values.containers "ambassador").resources | nindent 4 }}
  restartPolicy: Always
  securityContext:
    allowPrivilegeEscalation: false
    capabilities:
      drop:
        - ALL
    readOnlyRootFilesystem: true
    runAsGroup: 65532
    runAsUser: 65532
  startupProbe:
    failureThreshold: 90
    httpGet:
      path: /startupz
      port: ambassador
    periodSeconds: 1
    timeoutSeconds: 2
  volumeMounts:
    - mountPath: /etc/podkit/config
      name: config
      readOnly: true
    - mountPath: /etc/podkit/secrets
      name: stores
      readOnly: true
{{- end }}
{{- define "podkit.container.metrics-adapter" -}}
- env:
    - name: ADAPTER_CONFIG
      value: /etc/podkit/config/adapter.yaml
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: POD_NAMESPACE
      valueFrom:
        fieldRef:
          fieldPath: metadata.namespace
    - name: NODE_NAME
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
    - name: DRAIN_DELAY
      value: 0s
    - name: SHUTDOWN_TIMEOUT
      value: 4s
    - name: GRACE_PERIOD
      value: 45s
    - name: NODE_OPTIONS
      value: --max-old-space-size-percentage=70
    {{- with (index .Values.containers "metrics-adapter").env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  image: {{ include "podkit.image" (list . "metrics-adapter") }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  livenessProbe:
    failureThreshold: 3
    httpGet:
      path: /livez
      port: metrics
    periodSeconds: 10
    timeoutSeconds: 3
  name: metrics-adapter
  ports:
    - containerPort: 9464
      name: metrics
  readinessProbe:
    failureThreshold: 3
    httpGet:
      path: /readyz
      port: metrics
    periodSeconds: 2
    timeoutSeconds: 3
  resources:
    {{- toYaml (index .Values.containers "metrics-adapter").resources | nindent 4 }}
  restartPolicy: Always
  securityContext:
    allowPrivilegeEscalation: false
    capabilities:
      drop:
        - ALL
    readOnlyRootFilesystem: true
    runAsGroup: 65532
    runAsUser: 65532
  startupProbe:
    failureThreshold: 90
    httpGet:
      path: /startupz
      port: metrics
    periodSeconds: 1
    timeoutSeconds: 2
  volumeMounts:
    - mountPath: /etc/podkit/config
      name: config
      readOnly: true
    - mountPath: /run/app
      name: run
      readOnly: true
{{- end }}
{{- define "podkit.container.downward-reader" -}}
- env:
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: POD_NAMESPACE
      valueFrom:
        fieldRef:
          fieldPath: metadata.namespace
    - name: NODE_NAME
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
    - name: POD_IP
      valueFrom:
        fieldRef:
          fieldPath: status.podIP
    - name: CPU_LIMIT_M
      valueFrom:
        resourceFieldRef:
          containerName: app
          divisor: 1m
          resource: limits.cpu
    - name: MEMORY_LIMIT_MI
      valueFrom:
        resourceFieldRef:
          containerName: app
          divisor: 1Mi
          resource: limits.memory
    - name: DOWNWARD_CGROUP
      value: none
    - name: DRAIN_DELAY
      value: 0s
    - name: SHUTDOWN_TIMEOUT
      value: 4s
    - name: GRACE_PERIOD
      value: 45s
    - name: NODE_OPTIONS
      value: --max-old-space-size-percentage=70
    {{- with (index .Values.containers "downward-reader").env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  image: {{ include "podkit.image" (list . "downward-reader") }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  livenessProbe:
    failureThreshold: 3
    httpGet:
      path: /livez
      port: downward
    periodSeconds: 10
    timeoutSeconds: 3
  name: downward-reader
  ports:
    - containerPort: 8090
      name: downward
  readinessProbe:
    failureThreshold: 3
    httpGet:
      path: /readyz
      port: downward
    periodSeconds: 2
    timeoutSeconds: 3
  resources:
    {{- toYaml (index .Values.containers "downward-reader").resources | nindent 4 }}
  restartPolicy: Always
  securityContext:
    allowPrivilegeEscalation: false
    capabilities:
      drop:
        - ALL
    readOnlyRootFilesystem: true
    runAsGroup: 65532
    runAsUser: 65532
  startupProbe:
    failureThreshold: 90
    httpGet:
      path: /startupz
      port: downward
    periodSeconds: 1
    timeoutSeconds: 2
  volumeMounts:
    - mountPath: /etc/podinfo
      name: podinfo
      readOnly: true
{{- end }}
{{- define "podkit.container.app" -}}
- env:
    - name: POD_NAME
      valueFrom:
        fieldRef:
          fieldPath: metadata.name
    - name: POD_NAMESPACE
      valueFrom:
        fieldRef:
          fieldPath: metadata.namespace
    - name: NODE_NAME
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
    - name: POD_UID
      valueFrom:
        fieldRef:
          fieldPath: metadata.uid
    - name: POD_IP
      valueFrom:
        fieldRef:
          fieldPath: status.podIP
    - name: HOST_IP
      valueFrom:
        fieldRef:
          fieldPath: status.hostIP
    - name: SERVICE_ACCOUNT
      valueFrom:
        fieldRef:
          fieldPath: spec.serviceAccountName
    - name: ZONE
      valueFrom:
        fieldRef:
          fieldPath: metadata.labels['topology.kubernetes.io/zone']
    - name: APP_POD_INDEX
      valueFrom:
        fieldRef:
          fieldPath: metadata.labels['apps.kubernetes.io/pod-index']
    - name: APP_PODS_SRV
      value: _http._tcp.podkit-pods.$(POD_NAMESPACE).svc.cluster.local
    - name: APP_CLAIM
      value: data-$(POD_NAME)
    - name: APP_INTERNAL_TOKEN_FILE
      value: /etc/podkit/secrets/internal-token
    - name: APP_HOOK_TOKEN_FILE
      value: /etc/podkit/secrets/hook-token
    - name: APP_SETTINGS_DIR
      value: /etc/podkit/live,/etc/podkit/secrets
    - name: APP_POST_START_FILE
      value: /run/app/post-start
    - name: APP_STATSD
      value: 127.0.0.1:9125
    - name: APP_ACCESS_LOG
      value: /run/app/access.csv
    - name: CHAOS
      value: "false"
    - name: DRAIN_DELAY
      value: 5s
    - name: SHUTDOWN_TIMEOUT
      value: 15s
    - name: GRACE_PERIOD
      value: 45s
    - name: NODE_OPTIONS
      value: --max-old-space-size-percentage=70
    {{- with (index .Values.containers "app").env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  image: {{ include "podkit.image" (list . "app") }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  lifecycle:
    postStart:
      exec:
        command:
          - touch
          - /run/app/post-start
    preStop:
      exec:
        command:
          - node
          - /app/call-hook.mjs
          - http://127.0.0.1:8081/hooks/pre-stop
          - /etc/podkit/secrets/hook-token
  livenessProbe:
    failureThreshold: 3
    httpGet:
      path: /livez
      port: admin
    periodSeconds: 10
    timeoutSeconds: 3
  name: app
  ports:
    - containerPort: 8080
      name: http
    - containerPort: 8081
      name: admin
  readinessProbe:
    failureThreshold: 3
    httpGet:
      path: /readyz
      port: admin
    periodSeconds: 2
    timeoutSeconds: 3
  resizePolicy:
    - resourceName: cpu
      restartPolicy: NotRequired
    - resourceName: memory
      restartPolicy: RestartContainer
  resources:
    {{- toYaml (index .Values.containers "app").resources | nindent 4 }}
  securityContext:
    allowPrivilegeEscalation: false
    capabilities:
      drop:
        - ALL
    readOnlyRootFilesystem: true
    runAsGroup: 10001
    runAsUser: 10001
  startupProbe:
    failureThreshold: 90
    httpGet:
      path: /startupz
      port: admin
    periodSeconds: 1
    timeoutSeconds: 2
  volumeMounts:
    - mountPath: /site
      name: site
      readOnly: true
    - mountPath: /run/app
      name: run
    - mountPath: /data
      name: data
    - mountPath: /etc/podkit/live
      name: live
      readOnly: true
    - mountPath: /etc/podkit/secrets
      name: app-secrets
      readOnly: true
    - mountPath: /tmp
      name: tmp
      subPath: app
{{- end }}
