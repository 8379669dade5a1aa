/*
 * routes_admin.h - fields of scorecards, users, keys, attributes, tiers and
 * views in the API.
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_ADMIN_H
#define ROUTES_ADMIN_H

#include "http/field.h"

/* clang-format off */
#define SCORECARD_FIELDS \
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1, \
	  .max = 100, .label = "Name", .example = "Enterprise" }, \
	{ .name = "description", .type = FIELD_NOTE, .max = 2000, \
	  .label = "Description" }, \
	{ .name = "document", .type = FIELD_OBJECT, .max = 60000, \
	  .label = "What it measures" }

static const struct field scorecard_api_create_fields[] = {
	SCORECARD_FIELDS,
	{ .name = "preset", .type = FIELD_CHOICE, .choices =
	  "standard|balanced|lifecycle|adoption|programme",
	  .fallback = "standard", .label = "What it begins as" },
	END
};

static const struct field scorecard_api_change_fields[] = {
	SCORECARD_FIELDS,
	{ .name = "applies_to", .type = FIELD_OBJECT, .is_required = true,
	  .max = 10000, .label = "To whom", .example =
	  "{\"tier\": [\"enterprise\"]}" },
	{ .name = "position", .type = FIELD_INT, .is_required = true,
	  .min = 0, .max = 9999, .label = "Position" },
	{ .name = "is_default", .type = FIELD_BOOL, .is_required = true,
	  .label = "Whether it is the default" },
	END
};

static const struct field scorecard_api_preview_fields[] = {
	{ .name = "version", .type = FIELD_UUID,
	  .label = "Going back to this version; else the draft" },
	END
};

static const struct field scorecard_api_back_test_fields[] = {
	{ .name = "of", .type = FIELD_CHOICE, .choices = "published|draft",
	  .fallback = "published", .label = "Of which" },
	END
};

static const struct field user_api_fields[] = {
	{ .name = "full_name", .type = FIELD_TEXT, .is_required = true,
	  .min = 1, .max = 200, .label = "Name", .example = "Ann Archer" },
	{ .name = "role", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "Viewer|Contributor|Practitioner|Tenant Admin",
	  .label = "Role" },
	{ .name = "is_active", .type = FIELD_BOOL, .is_required = true,
	  .label = "Whether the person may sign in" },
	END
};

static const struct field attribute_api_change_fields[] = {
	{ .name = "label", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 60, .label = "Label", .example = "Data region" },
	{ .name = "choices", .type = FIELD_LIST, .max = 12000,
	  .label = "Choices", .example = "[\"North\", \"South\"]" },
	{ .name = "is_required", .type = FIELD_BOOL, .fallback = "false",
	  .label = "Whether required" },
	{ .name = "position", .type = FIELD_INT, .min = 1, .max = 1000,
	  .label = "Place" },
	END
};

static const struct field attribute_api_create_fields[] = {
	{ .name = "label", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 60, .label = "Label", .example = "Data region" },
	{ .name = "key", .type = FIELD_TEXT, .min = 1, .max = 60,
	  .label = "Key; else it is made of the label",
	  .example = "data_region" },
	{ .name = "kind", .type = FIELD_CHOICE, .is_required = true,
	  .choices = "text|number|date|boolean|choice", .label = "Kind" },
	{ .name = "choices", .type = FIELD_LIST, .max = 12000,
	  .label = "Choices" },
	{ .name = "is_required", .type = FIELD_BOOL, .fallback = "false",
	  .label = "Whether required" },
	END
};

static const struct field tier_api_fields[] = {
	{ .name = "arr_from", .type = FIELD_MONEY, .is_required = true,
	  .label = "ARR from", .example = "50000.00" },
	{ .name = "accounts_per_csm", .type = FIELD_INT, .min = 1,
	  .max = 10000, .label = "Accounts per CSM" },
	{ .name = "response_hours", .type = FIELD_INT, .is_required = true,
	  .min = 1, .max = 720, .label = "First answer" },
	{ .name = "onboarding_days", .type = FIELD_INT, .min = 1, .max = 730,
	  .label = "Onboarding" },
	{ .name = "review_days", .type = FIELD_INT, .min = 1, .max = 730,
	  .label = "Reviews" },
	END
};

static const struct field saved_view_api_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 60, .label = "Name", .example = "At risk" },
	{ .name = "query", .type = FIELD_TEXT, .max = 4000, .label = "Query",
	  .example = "band=at_risk&sort=-arr" },
	{ .name = "is_shared", .type = FIELD_BOOL, .fallback = "false",
	  .label = "For the team" },
	{ .name = "is_default", .type = FIELD_BOOL, .fallback = "false",
	  .label = "Default" },
	END
};

static const struct field undo_api_fields[] = {
	{ .name = "request", .type = FIELD_HEX, .is_required = true,
	  .min = 32, .max = 32, .label = "X-Request-Id of what was done" },
	END
};
/* clang-format on */

#endif
