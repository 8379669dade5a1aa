/*
 * routes_work.h - fields of notes, tasks, alerts and tags as the API takes
 * them.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_WORK_H
#define ROUTES_WORK_H

#include "http/field.h"

/* clang-format off */
static const struct field note_api_fields[] = {
	{ .name = "kind", .type = FIELD_CHOICE,
	  .choices = "note|call|email|meeting", .label = "Kind" },
	{ .name = "body", .type = FIELD_NOTE, .is_required = true, .min = 1,
	  .max = 20000, .label = "The note",
	  .example = "They plan to roll out to Spain in autumn." },
	{ .name = "occurred_on", .type = FIELD_DATE, .label = "The day",
	  .example = "2026-01-31" },
	{ .name = "contact_id", .type = FIELD_UUID, .label = "With" },
	{ .name = NULL }
};

static const struct field task_api_fields[] = {
	{ .name = "title", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 300, .label = "Task", .example = "Send the offer" },
	{ .name = "detail", .type = FIELD_NOTE, .max = 5000,
	  .label = "Details" },
	{ .name = "due_on", .type = FIELD_DATE, .label = "Due" },
	{ .name = "assignee_id", .type = FIELD_UUID, .label = "Owner" },
	{ .name = "priority", .type = FIELD_CHOICE,
	  .choices = "low|medium|high|critical", .label = "Priority" },
	{ .name = "status", .type = FIELD_CHOICE,
	  .choices = "open|in_progress|done|cancelled", .label = "Status" },
	{ .name = NULL }
};

static const struct field alert_api_fields[] = {
	{ .name = "status", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "open|acknowledged|resolved", .label = "Status" },
	{ .name = NULL }
};

static const struct field tag_api_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 60, .label = "Tag", .example = "reference" },
	{ .name = NULL }
};
/* clang-format on */

#endif
