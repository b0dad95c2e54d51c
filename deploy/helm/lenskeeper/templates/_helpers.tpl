{{- define "lenskeeper.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "lenskeeper.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "lenskeeper.args" -}}
{{- with .Values.watchNamespaces }}
{{- if not $.Values.installationId }}
{{- fail "watchNamespaces needs installationId: a name that no other installation on the same ClickHouse has, and that you never change" }}
{{- end }}
- {{ printf "--watch-namespaces=%s" (join "," .) | quote }}
{{- end }}
{{- with .Values.installationId }}
- {{ printf "--installation-id=%s" . | quote }}
{{- end }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}

{{- /* As src/operator/election.ts names it: operators of one scope share a Lease. */}}
{{- define "lenskeeper.lease" -}}
{{- $name := concat (list "lenskeeper") (.Values.watchNamespaces | uniq | sortAlpha) | join "." -}}
{{- if gt (len $name) 253 -}}
lenskeeper.{{ sha256sum $name }}
{{- else -}}
{{ $name }}
{{- end -}}
{{- end }}
