package late

import "testing"

func TestRegexp(t *testing.T) {
	form := Regexp(`^a+$`)
	first := form()
	if !first.MatchString("aaa") || first.MatchString("b") || form() != first {
		t.Error("the expression is not what was asked for, or made twice")
	}
	defer func() {
		if recover() == nil {
			t.Error("a wrong expression passes until it is used")
		}
	}()
	Regexp(`(`)
}
