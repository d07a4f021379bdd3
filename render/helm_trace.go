package render

// A TemplateTrace says which source printed each byte of an object.
type TemplateTrace struct{}
