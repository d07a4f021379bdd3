// Package hostile holds, for tests, what a stranger may write where GitHub shows it.
package hostile

// Texts are what names of files, objects and reasons may be.
var Texts = []string{
	"plain", "", " ", "`", "``", "a`b", "`` ` ``", "\\", "\\`", "*a*", "_a_", "__init__", "~~a~~", "[x](https://evil.example)", "![x](y)", "[x]: y",
	"<img src=x onerror=y>", "</details>", "<!-- podmend:v1", "-->", "&lt;", "&#64;octocat", "@octocat", "a @octo/team", "#1", "octo/shop#1", "GH-1", "gh-1",
	"octo/shop@0123456789012345678901234567890123456789", "https://evil.example", "www.evil.example", "HTTP://evil.example", "a@evil.example", "mailto:a@evil.example",
	"a | b", "$x$", "$$x$$", ":+1:", "# head", "- item", "1. item", "> quote", "```\ncode", "a\nb", "a\r\n\r\n# b", "a\tb", "\u202eabc", "\u200b", "::error::x", "##[error]x",
	"---", "===", "***", "a\x00b", "a\xffb", "^[1]", "[^1]", "{{ x }}", "%0A", "日本語",
}
