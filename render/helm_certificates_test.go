package render

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podmend/podmend/internal/overlay"
)

// What charts do with certificates goes on with the one that stands in their place.
func TestSameCertificates(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
		"templates/secret.yaml": `{{- $ca := genCA "ca" 365 }}
{{- $signed := genSignedCert "app" nil (list "app.default") 365 $ca }}
{{- $built := buildCustomCert ($ca.Cert | b64enc) ($ca.Key | b64enc) }}
{{- $other := genSignedCertWithKey "app" (list "10.0.0.1") nil 365 $built (genPrivateKey "rsa") }}
apiVersion: v1
kind: Secret
metadata: {name: app}
data:
  ca: {{ $ca.Cert | b64enc }}
  key: {{ $signed.Key | b64enc }}
  self: {{ (genSelfSignedCert "app" nil nil 365).Cert | b64enc }}
  with: {{ (genCAWithKey "app" 365 (genPrivateKey "ecdsa")).Key | b64enc }}
  other: {{ $other.Cert | b64enc }}
  random: {{ "genCA" | quote }} # genCA
`,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := overlay.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	target := Target{ID: "app", Kind: Helm, Path: "."}
	print := func(detail Detail) string {
		result := One(context.Background(), files, target, detail)
		if result.Err != nil || len(result.Objects) != 1 {
			t.Fatalf("%d objects, %v", len(result.Objects), result.Err)
		}
		return string(result.Objects[0].YAML)
	}
	if first := print(Detail{}); first == print(Detail{}) {
		t.Error("certificates are not random as they are")
	}
	same := print(Detail{SameCertificates: true})
	if again := print(Detail{SameCertificates: true}); same != again {
		t.Errorf("%s is %s the next time", same, again)
	}
	if !strings.Contains(same, `random: "genCA" # genCA`) {
		t.Errorf("what is no function has changed: %s", same)
	}
}
