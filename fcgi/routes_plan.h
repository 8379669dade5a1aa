/*
 * routes_plan.h - fields of success plans, their steps and templates.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_PLAN_H
#define ROUTES_PLAN_H

#include "http/field.h"
#include "routes_account.h"

/* clang-format off */
#define PLAN_TYPES "onboarding|quarterly|annual|expansion|recovery"

/* The API: names of the programme, in capitals, under its own names. */
#define PLAN_API_TYPES "ONBOARDING|QUARTERLY|ANNUAL|EXPANSION|RECOVERY"
#define PLAN_API_STATUSES "DRAFT|ACTIVE|COMPLETED|ON_HOLD|CANCELLED"

static const struct field plan_api_list_fields[] = {
	{ .name = "limit", .type = FIELD_INT, .min = 1, .max = 200,
	  .fallback = "50", .label = "At most so many" },
	{ .name = "cursor", .type = FIELD_TEXT, .max = 2000,
	  .label = "next_cursor of the page before" },
	{ .name = "planType", .type = FIELD_CHOICE, .choices = PLAN_API_TYPES,
	  .label = "Type" },
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = PLAN_API_STATUSES, .label = "Status" },
	END
};

#define PLAN_API_FIELDS(need_name) \
	{ .name = "name", .type = FIELD_TEXT, .is_required = need_name, \
	  .min = 1, .max = 200, .label = "Name", \
	  .example = "Onboarding of Blue Harbour" }, \
	{ .name = "planType", .type = FIELD_CHOICE, \
	  .choices = PLAN_API_TYPES, .label = "Type" }, \
	{ .name = "status", .type = FIELD_CHOICE, \
	  .choices = PLAN_API_STATUSES, .label = "Status" }, \
	{ .name = "businessObjectives", .type = FIELD_LIST, .max = 20000, \
	  .of = "PlanText", .label = "Objectives" }, \
	{ .name = "successMetrics", .type = FIELD_LIST, .max = 20000, \
	  .of = "SuccessMetric", .label = "Measures" }, \
	{ .name = "stakeholders", .type = FIELD_LIST, .max = 20000, \
	  .of = "Stakeholder", .label = "Stakeholders" }, \
	{ .name = "ownerId", .type = FIELD_UUID, .label = "Owner" }, \
	{ .name = "startDate", .type = FIELD_DATE, .label = "Start" }, \
	{ .name = "targetDate", .type = FIELD_DATE, .label = "Target" }

/* Without a name it has that of its template or type. */
static const struct field plan_api_create_fields[] = {
	PLAN_API_FIELDS(false),
	{ .name = "templateId", .type = FIELD_UUID,
	  .label = "The template to make it from" },
	{ .name = "milestones", .type = FIELD_LIST, .max = 200000,
	  .of = "NewMilestone",
	  .label = "Milestones; those of a template come first" },
	END
};

static const struct field plan_api_fields[] = {
	PLAN_API_FIELDS(true),
	END
};

static const struct field milestone_api_fields[] = {
	{ .name = "title", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 300, .label = "Title", .example = "Executive kickoff" },
	{ .name = "phase", .type = FIELD_TEXT, .min = 1, .max = 100,
	  .label = "Phase", .example = "Discovery & Planning" },
	{ .name = "description", .type = FIELD_NOTE, .max = 5000,
	  .label = "Description" },
	{ .name = "dueDate", .type = FIELD_DATE, .label = "Due" },
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = "PENDING|IN_PROGRESS|COMPLETED|CANCELLED",
	  .label = "Status" },
	{ .name = "priority", .type = FIELD_CHOICE,
	  .choices = "LOW|MEDIUM|HIGH|CRITICAL", .label = "Priority" },
	{ .name = "ownerId", .type = FIELD_UUID, .label = "Owner" },
	{ .name = "deliverables", .type = FIELD_LIST, .max = 20000,
	  .of = "PlanText", .label = "Deliverables" },
	{ .name = "position", .type = FIELD_INT, .min = 1, .max = 1000,
	  .label = "Its place in the plan" },
	END
};

static const struct field plan_template_api_list_fields[] = {
	{ .name = "limit", .type = FIELD_INT, .min = 1, .max = 200,
	  .fallback = "50", .label = "At most so many" },
	{ .name = "cursor", .type = FIELD_TEXT, .max = 2000,
	  .label = "next_cursor of the page before" },
	END
};

static const struct field plan_template_api_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 100, .label = "Name", .example = "Onboarding of partners" },
	{ .name = "plan_type", .type = FIELD_CHOICE, .choices = PLAN_TYPES,
	  .label = "Type" },
	{ .name = "description", .type = FIELD_NOTE, .max = 2000,
	  .label = "Description" },
	{ .name = "business_objectives", .type = FIELD_LIST, .max = 20000,
	  .of = "PlanText", .label = "Objectives" },
	{ .name = "success_metrics", .type = FIELD_LIST, .max = 20000,
	  .of = "SuccessMetric", .label = "Measures" },
	{ .name = "paced_days", .type = FIELD_INT, .min = 1, .max = 730,
	  .label = "Paced days" },
	{ .name = "steps", .type = FIELD_LIST, .max = 200000,
	  .of = "PlanTemplateStep", .label = "Steps" },
	END
};

/* Pages. Under way is active; the other statuses have their own names. */
static const struct field plan_index_fields[] = {
	{ .name = "type", .type = FIELD_CHOICE, .choices = PLAN_TYPES,
	  .label = "Type" },
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = "open|draft|on_hold|completed|cancelled|all",
	  .fallback = "open", .label = "Status" },
	{ .name = "owner", .type = FIELD_TEXT, .max = 36, .label = "Owner" },
	{ .name = "overdue", .type = FIELD_CHOICE, .choices = "yes",
	  .label = "Overdue" },
	{ .name = "after_date", .type = FIELD_DATE, .label = "Position" },
	{ .name = "after_id", .type = FIELD_UUID, .label = "Position" },
	END
};

static const struct field account_plans_fields[] = { AS_OF, END };

static const struct field plan_new_fields[] = {
	{ .name = "template", .type = FIELD_UUID, .label = "Template" },
	{ .name = "name", .type = FIELD_TEXT, .min = 1, .max = 200,
	  .label = "Name" },
	{ .name = "start_date", .type = FIELD_DATE, .label = "Start" },
	END
};

static const struct field plan_show_fields[] = {
	{ .name = "step", .type = FIELD_UUID, .label = "Step" },
	{ .name = "edit", .type = FIELD_CHOICE, .choices = "plan",
	  .label = "Edit" },
	END
};

static const struct field plan_status_fields[] = {
	{ .name = "status", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "draft|active|completed|on_hold|cancelled",
	  .label = "Status" },
	END
};

static const struct field plan_step_fields[] = {
	SEEN,
	{ .name = "title", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 300, .label = "Step" },
	{ .name = "phase", .type = FIELD_TEXT, .max = 100,
	  .label = "Phase" },
	{ .name = "due_date", .type = FIELD_DATE, .label = "Due" },
	{ .name = "status", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "pending|in_progress|completed|cancelled",
	  .label = "Status" },
	{ .name = "priority", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "low|medium|high|critical", .label = "Priority" },
	{ .name = "owner_id", .type = FIELD_UUID, .label = "Owner" },
	{ .name = "description", .type = FIELD_NOTE, .max = 5000,
	  .label = "Description" },
	{ .name = "deliverables", .type = FIELD_NOTE, .max = 12000,
	  .label = "Deliverables" },
	END
};

static const struct field plan_step_status_fields[] = {
	{ .name = "status", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "pending|in_progress|completed|cancelled",
	  .label = "Status" },
	END
};

#define PLAN_PAGE "plan=plan_show steps=plan_steps form=plan_step_form " \
	"details=plan_form tenants=my_tenants "
/* clang-format on */

#endif
