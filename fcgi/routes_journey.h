/*
 * routes_journey.h - fields of stages, goals and moves as the API takes
 * them.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_JOURNEY_H
#define ROUTES_JOURNEY_H

#include "http/field.h"

/* clang-format off */
static const struct field stage_api_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 60, .label = "Name", .example = "Pilot" },
	{ .name = "color_hex", .type = FIELD_TEXT, .min = 7, .max = 7,
	  .label = "Colour", .example = "#0d9488" },
	{ .name = "target_duration_days", .type = FIELD_INT, .min = 1,
	  .max = 3650, .label = "Target days" },
	{ .name = "kind", .type = FIELD_CHOICE,
	  .choices = "normal|exception|terminal", .label = "Kind" },
	{ .name = "display_order", .type = FIELD_INT, .min = 1, .max = 50,
	  .label = "Place" },
	{ .name = NULL }
};

static const struct field stage_goal_api_fields[] = {
	{ .name = "title", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 200, .label = "Goal", .example = "Data migrated" },
	{ .name = "description", .type = FIELD_NOTE, .max = 2000,
	  .label = "Description" },
	{ .name = "is_mandatory", .type = FIELD_BOOL, .label = "Mandatory" },
	{ .name = "is_blocking", .type = FIELD_BOOL, .label = "Blocks" },
	{ .name = "display_order", .type = FIELD_INT, .min = 1, .max = 50,
	  .label = "Place" },
	{ .name = NULL }
};

static const struct field account_goal_api_fields[] = {
	{ .name = "status", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "open|reached|waived", .label = "Status" },
	{ .name = "reason", .type = FIELD_NOTE, .max = 2000,
	  .label = "Reason" },
	{ .name = NULL }
};

static const struct field move_api_fields[] = {
	{ .name = "stage", .type = FIELD_UUID, .is_required = true,
	  .label = "The stage to move to" },
	{ .name = "from", .type = FIELD_UUID,
	  .label = "The stage it was seen in: when it is in another, nothing "
	      "is done" },
	{ .name = "reason", .type = FIELD_NOTE, .max = 2000,
	  .label = "Why it leaves without a goal" },
	{ .name = "goals", .type = FIELD_LIST, .max = 4000,
	  .label = "Ids of goals that are reached by now" },
	{ .name = NULL }
};

static const struct field timeline_api_fields[] = {
	{ .name = "kind", .type = FIELD_CHOICE, .fallback = "all",
	  .choices = "all|score|stage|note|call|email|meeting|task|contact|"
	      "alert|run|change", .label = "Kind" },
	{ .name = "limit", .type = FIELD_INT, .min = 1, .max = 200,
	  .fallback = "50", .label = "At most so many" },
	{ .name = "cursor", .type = FIELD_TEXT, .max = 2000,
	  .label = "next_cursor of the page before" },
	{ .name = NULL }
};
/* clang-format on */

#endif
