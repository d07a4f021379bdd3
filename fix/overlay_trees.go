package fix

import (
	"fmt"
	"reflect"
	"strings"
)

// operationsOf are the operations that make one tree of another, each behind a test that it finds what
// it changes. Items of lists go from the last to the first.
func operationsOf(was, is any, at string) []any {
	if reflect.DeepEqual(was, is) {
		return nil
	}
	var all []any
	before, isMap := was.(map[string]any)
	after, stays := is.(map[string]any)
	if isMap && stays {
		for _, key := range union(sortedKeys(before), sortedKeys(after)) {
			below := at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
			old, had := before[key]
			now, has := after[key]
			switch {
			case had && has:
				all = append(all, operationsOf(old, now, below)...)
			case had:
				all = append(all, operation("test", below, old), map[string]any{"op": "remove", "path": below})
			default:
				all = append(all, operation("add", below, now))
			}
		}
		return all
	}
	list, isList := was.([]any)
	left, staysList := is.([]any)
	if kept, ok := matched(list, left); isList && staysList && ok {
		for i := range list {
			if kept[i] >= 0 {
				all = append(all, operationsOf(list[i], left[kept[i]], fmt.Sprintf("%s/%d", at, i))...)
			}
		}
		for i := len(list) - 1; i >= 0; i-- {
			if kept[i] < 0 {
				below := fmt.Sprintf("%s/%d", at, i)
				all = append(all, testItem(below, list[i]), map[string]any{"op": "remove", "path": below})
			}
		}
		return all
	}
	return append(all, operation("test", at, was), operation("replace", at, is))
}

// testItem asks that an item of a list is the one that is meant.
func testItem(at string, item any) map[string]any {
	fields, _ := item.(map[string]any)
	for _, key := range []string{"mountPath", "containerPort", "name"} {
		if fields[key] != nil {
			return operation("test", at+"/"+key, fields[key])
		}
	}
	return operation("test", at, item)
}

func operation(op, at string, value any) map[string]any {
	return map[string]any{"op": op, "path": at, "value": value}
}

// matched finds for each item of a list its index in a list of which items were taken away, -1
// where there is none. It fails if anything else happened to the list.
func matched(list, left []any) (kept []int, ok bool) {
	kept = make([]int, len(list))
	next := 0
	for i, item := range list {
		kept[i] = -1
		if next < len(left) && (reflect.DeepEqual(item, left[next]) || sameItem(item, left[next])) {
			kept[i] = next
			next++
		}
	}
	return kept, next == len(left)
}

// mergeKeys are the fields by which strategic merge patches find the items of a pod's lists.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
var mergeKeys = map[string]string{
	"containers": "name", "initContainers": "name", "ephemeralContainers": "name", "volumes": "name",
	"volumeMounts": "mountPath", "ports": "containerPort", "env": "name",
}

func sameItem(a, b any) bool {
	before, _ := a.(map[string]any)
	after, _ := b.(map[string]any)
	for _, key := range []string{"mountPath", "containerPort", "name"} {
		if before[key] != nil {
			return reflect.DeepEqual(before[key], after[key])
		}
	}
	return false
}

// mergeOf is the strategic merge patch that makes one tree of another. In order, it also names the items before one that it
// changes: kustomize puts what a patch names before the others.
func mergeOf(was, is any, inOrder bool) any {
	before, isMap := was.(map[string]any)
	after, stays := is.(map[string]any)
	if !isMap || !stays {
		return is
	}
	patch := map[string]any{}
	for _, key := range union(sortedKeys(before), sortedKeys(after)) {
		old, now := before[key], after[key]
		if reflect.DeepEqual(old, now) {
			continue
		}
		list, isList := old.([]any)
		left, staysList := now.([]any)
		kept, ok := matched(list, left)
		if _, has := after[key]; !has && mergeKeys[key] == "" {
			patch[key] = nil
			continue
		}
		if !isList || !staysList && now != nil || !ok || mergeKeys[key] == "" {
			patch[key] = mergeOf(old, now, inOrder)
			continue
		}
		var items []any
		for i, item := range list {
			fields, _ := item.(map[string]any)
			id := map[string]any{mergeKeys[key]: fields[mergeKeys[key]]}
			if protocol := fields["protocol"]; key == "ports" && protocol != nil {
				id["protocol"] = protocol // part of the key
			}
			if kept[i] < 0 {
				id["$patch"] = "delete"
				items = append(items, id)
				continue
			}
			more, _ := mergeOf(item, left[kept[i]], inOrder).(map[string]any)
			for field, value := range more {
				id[field] = value
			}
			if len(more) > 0 || inOrder && changesAfter(list, left, kept, i) {
				items = append(items, id)
			}
		}
		patch[key] = items
	}
	return patch
}

// changesAfter says whether an item that stays behind one of a list is another afterwards.
func changesAfter(list, left []any, kept []int, at int) bool {
	for i := at + 1; i < len(list); i++ {
		if kept[i] >= 0 && !reflect.DeepEqual(list[i], left[kept[i]]) {
			return true
		}
	}
	return false
}
