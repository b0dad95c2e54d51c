// Reads one object as JSON into the very type of the program that takes it, and says what that does not know or lacks.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
)

func main() {
	if err := read(os.Args[1], os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(kind string, from io.Reader) error {
	switch kind {
	case "Dashboard":
		return readDashboard(from)
	case monitoring.ServiceMonitorsKind:
		return readStrictly(from, &monitoring.ServiceMonitor{})
	case monitoring.PrometheusRuleKind:
		return readStrictly(from, &monitoring.PrometheusRule{})
	}
	return fmt.Errorf("there is no type for %q", kind)
}

func readStrictly(from io.Reader, into any) error {
	decoder := json.NewDecoder(from)
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// The types of panels and of queries are plug-ins, as in Grafana itself.
func readDashboard(from io.Reader) error {
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	plugins.RegisterDefaultPlugins()
	into := dashboard.Dashboard{}
	if err := into.UnmarshalJSONStrict(text); isFault(err) {
		return err
	}
	if err := into.Validate(); isFault(err) {
		return err
	}
	return nil
}

// A list of faults is an error also where it is empty.
func isFault(err error) bool {
	var faults cog.BuildErrors
	if errors.As(err, &faults) {
		return len(faults) > 0
	}
	return err != nil
}
