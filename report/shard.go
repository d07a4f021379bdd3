package report

// A Shard is what one of several jobs that share out a repository tells podmend merge beside its
// report: what only all of them together know.
type Shard struct {
	Index      int    `json:"index"` // from 1
	Of         int    `json:"of"`
	Podmend    string `json:"podmend"`    // version of the program
	Settings   string `json:"settings"`   // digest of what decides which findings there are
	Assignment string `json:"assignment"` // digest of which target goes to which shard
	Whole      bool   `json:"whole"`      // the shards look at the whole repository
	// Parts are what findings say in single targets, in the order of findings and targets.
	Parts    []FindingPart `json:"parts"`
	Declared []Declared    `json:"declared"`
	Unjudged []Unjudged    `json:"unjudged"`
	// Namespaces are those that the shard's targets render, Assumed those of other shards by which
	// it has judged pods.
	Namespaces []Enforced `json:"namespaces"`
	Assumed    []Assumed  `json:"assumed"`
}

// A FindingPart is what a finding says in one target.
type FindingPart struct {
	Finding  string      `json:"finding"` // id
	Target   string      `json:"target"`  // id
	Message  string      `json:"message"`
	Versions []string    `json:"versions"`
	Policies []string    `json:"policies"` // labels of Namespaces that it was judged by
	Exempt   []string    `json:"exempt"`   // names of the occurrences that are allowed
	Allowed  []Exemption `json:"allowed"`  // by which they are
	Expired  []Exemption `json:"expired"`  // that would allow others
}

// A Declared is an exemption that was looked for.
type Declared struct {
	Key     string  `json:"key"`    // the same in all shards
	Target  string  `json:"target"` // the first that carries it, "" for one that stands in a file
	Used    bool    `json:"used"`   // it has matched, or cannot
	Warning Warning `json:"warning"`
}

// Unjudged are pod templates that no standard was asked of, because of one Namespace.
type Unjudged struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Namespace string `json:"namespace"`
	Pods      int    `json:"pods"`
}

// An Enforced says what a Namespace of a target enforces. Its name is a digest.
type Enforced struct {
	Namespace string `json:"namespace"`
	Target    string `json:"target"`
	Enforces  string `json:"enforces"`
}

// An Assumed is what a shard took for what the Namespaces of one name enforce in other targets.
type Assumed struct {
	Namespace string     `json:"namespace"` // a digest
	Enforced  []Enforced `json:"enforced"`
}
