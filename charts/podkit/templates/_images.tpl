{{/* An image of podkit: include "podkit.image" (list $ "app") */}}
{{- define "podkit.image" -}}
{{- $root := index . 0 }}{{ $name := index . 1 -}}
{{- $image := $root.Values.image -}}
{{- with index $root.Values.digests $name }}{{ $image.registry }}/{{ $name }}@{{ . }}{{ else }}{{ $image.registry }}/{{ $name }}:{{ $image.tag }}{{ end -}}
{{- end }}
