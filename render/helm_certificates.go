package render

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"sync"
	"time"

	"helm.sh/helm/v3/pkg/chart"
)

// sameCertificates puts one certificate in the place of all that a chart's templates would make: the
// keys of a few certificates take longer than all the rest of a rendering.
func (c *helmChart) sameCertificates() {
	walkHelmChart(c.Chart, func(of *chart.Chart) {
		for _, template := range of.Templates {
			if generators.Match(template.Data) {
				template.Data = withoutGenerators(template.Data)
			}
		}
	})
}

// generators matches the names of what withoutGenerators replaces.
var generators = regexp.MustCompile(`gen(?:CA|SelfSignedCert|SignedCert|PrivateKey)`)

func withoutGenerators(content []byte) []byte {
	changed, _ := replaceFunctions(content, func(function string) string {
		switch function {
		case "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey":
			// What were the arguments become further entries.
			cert, key := fixedCertificate()
			return fmt.Sprintf("dict %q %s %q %s", "Cert", strconv.Quote(cert), "Key", strconv.Quote(key))
		case "genPrivateKey":
			_, key := fixedCertificate()
			text := "index (dict"
			for _, kind := range []string{"rsa", "dsa", "ecdsa", "ed25519"} {
				text += " " + strconv.Quote(kind) + " " + strconv.Quote(key)
			}
			return text + ")"
		}
		return ""
	})
	return changed
}

// fixedCertificate returns the same certificate and key in every process.
var fixedCertificate = sync.OnceValues(func() (cert, key string) {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "podmend"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(nil, template, template, private.Public(), private)
	if err != nil {
		panic(err) // nothing of it depends on input
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
})
