package render

import "slices"

// tektonKinds: steps and sidecars of a task are the containers of one pod, and what stands in
// stepTemplate counts for each step. Tekton adds containers of its own.
//
// https://github.com/tektoncd/pipeline/blob/main/pkg/apis/pipeline/v1/task_types.go
// https://github.com/tektoncd/pipeline/blob/main/pkg/apis/pipeline/v1/container_types.go
// https://github.com/tektoncd/pipeline/blob/main/pkg/apis/pipeline/pod/template.go
var tektonKinds = []customKind{
	{group: tekton, kinds: []string{"Task", "ClusterTask"}, pods: []podShape{tektonTask("spec")}},
	{group: tekton, kinds: []string{"TaskRun"}, pods: []podShape{{
		at: "spec", partial: true,
		parts: slices.Concat(taskParts("taskSpec."), podTemplateParts("podTemplate"), parts(asVolume, "podTemplate.volumes[]")),
	}}},
	{group: tekton, kinds: []string{"Pipeline"}, pods: pipelineTasks("spec")},
	{group: tekton, kinds: []string{"PipelineRun"}, pods: slices.Concat(
		[]podShape{{
			at: "spec", partial: true,
			parts: slices.Concat(
				podTemplateParts("taskRunTemplate.podTemplate"), podTemplateParts("podTemplate"), // v1 and v1beta1
				parts(asVolume,
					"taskRunTemplate.podTemplate.volumes[]", "podTemplate.volumes[]",
					"taskRunSpecs[].podTemplate.volumes[]", "taskRunSpecs[].taskPodTemplate.volumes[]"),
				mounting(
					"pipelineSpec.tasks[].taskSpec.steps[]", "pipelineSpec.tasks[].taskSpec.sidecars[]",
					"pipelineSpec.finally[].taskSpec.steps[]", "pipelineSpec.finally[].taskSpec.sidecars[]")),
		}, {
			at: "spec.taskRunSpecs[]", partial: true,
			parts: slices.Concat(podTemplateParts("podTemplate"), podTemplateParts("taskPodTemplate")),
		}},
		pipelineTasks("spec.pipelineSpec"),
	)},
	// https://github.com/tektoncd/pipeline/blob/main/pkg/apis/pipeline/v1beta1/stepaction_types.go
	{group: tekton, kinds: []string{"StepAction"}, pods: []podShape{{
		at: "spec", partial: true, parts: []podPart{{field: asContainer, from: ".", name: "step"}},
	}}},
	// It holds whole TaskRuns and PipelineRuns.
	// https://github.com/tektoncd/triggers/blob/main/pkg/apis/triggers/v1beta1/trigger_template_types.go
	{group: "triggers.tekton.dev", kinds: []string{"TriggerTemplate"}, open: true},
}

const tekton = "tekton.dev"

func tektonTask(at string) podShape {
	return podShape{at: at, partial: true, parts: taskParts("")}
}

func taskParts(under string) []podPart {
	return slices.Concat(
		parts(asContainer, under+"steps[]", under+"sidecars[]", under+"stepTemplate"),
		parts(asVolume, under+"volumes[]"))
}

func podTemplateParts(at string) []podPart {
	return podFields(at, "securityContext", "hostNetwork", "hostUsers", "dnsPolicy")
}

func pipelineTasks(at string) []podShape {
	return []podShape{tektonTask(at + ".tasks[].taskSpec"), tektonTask(at + ".finally[].taskSpec")}
}
