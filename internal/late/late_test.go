package late

import "testing"

func TestRegexp(t *testing.T) {
	form := Regexp(`^a+$`)
	if !form().MatchString("aaa") || form().MatchString("b") || form() != form() {
		t.Error("the expression is not what was asked for, or made twice")
	}
	defer func() {
		if recover() == nil {
			t.Error("a wrong expression passes until it is used")
		}
	}()
	Regexp(`(`)
}
