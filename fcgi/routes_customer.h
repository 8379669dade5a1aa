/*
 * routes_customer.h - fields of the customers of the programme.
 *
 * Their names and choices are the programme's: members in camel case, and
 * enumerations in capitals (sql/functions/customer_name.sql).
 *
 * A part of routes.c, which alone includes it.
 */
#ifndef ROUTES_CUSTOMER_H
#define ROUTES_CUSTOMER_H

#include "http/field.h"
#include "routes_account.h"

/* clang-format off */
#define CUSTOMER_PAGE \
	{ .name = "limit", .type = FIELD_INT, .min = 1, .max = 200, \
	  .fallback = "50", .label = "At most so many" }, \
	{ .name = "cursor", .type = FIELD_TEXT, .max = 2000, \
	  .label = "next_cursor of the page before" }
#define CUSTOMER_FIELDS { .name = "fields", .type = FIELD_TEXT, .max = 500, \
	  .label = "Only these members, as a,b" }
#define CUSTOMER_TIER { .name = "tier", .type = FIELD_CHOICE, \
	  .choices = "ENTERPRISE|MID_MARKET|SMALL_BUSINESS|TRIAL", \
	  .label = "Tier" }
#define CUSTOMER_STATUS { .name = "status", .type = FIELD_CHOICE, \
	  .choices = "ACTIVE|ONBOARDING|AT_RISK|CHURNED|PAUSED", \
	  .label = "Status" }
#define CUSTOMER_CSM { .name = "csmId", .type = FIELD_UUID, \
	  .label = "Customer success manager" }

static const struct field customer_list_fields[] = {
	CUSTOMER_PAGE,
	{ .name = "sort", .type = FIELD_CHOICE, .fallback = "name",
	  .choices = "name|-name|annualRevenue|-annualRevenue|healthScore|"
	      "-healthScore|renewalDate|-renewalDate|status|-status|tier|"
	      "-tier", .label = "Sort" },
	CUSTOMER_TIER,
	CUSTOMER_STATUS,
	{ .name = "healthLevel", .type = FIELD_CHOICE,
	  .choices = "POOR|FAIR|GOOD|EXCELLENT", .label = "Health level" },
	CUSTOMER_CSM,
	{ .name = "search", .type = FIELD_TEXT, .max = 100,
	  .label = "A part of the name" },
	{ .name = "tag", .type = FIELD_TEXT, .max = 60, .label = "Tag" },
	{ .name = "renewsAfter", .type = FIELD_DATE,
	  .label = "Renewal after" },
	{ .name = "renewsBefore", .type = FIELD_DATE,
	  .label = "Renewal before" },
	CUSTOMER_FIELDS,
	END
};

static const struct field customer_get_fields[] = { CUSTOMER_FIELDS, END };

static const struct field customer_fields[] = {
	{ .name = "name", .type = FIELD_TEXT, .is_required = true, .min = 1,
	  .max = 200, .label = "Name", .example = "Blue Harbour Ltd" },
	{ .name = "parentId", .type = FIELD_UUID, .label = "Parent account" },
	{ .name = "externalId", .type = FIELD_TEXT, .max = 200,
	  .label = "External id", .example = "CRM-3001" },
	CUSTOMER_TIER,
	CUSTOMER_STATUS,
	CUSTOMER_CSM,
	{ .name = "industry", .type = FIELD_TEXT, .max = 100,
	  .label = "Industry", .example = "Shipping" },
	{ .name = "annualRevenue", .type = FIELD_MONEY,
	  .label = "Annual revenue", .example = "85000.00" },
	{ .name = "currency", .type = FIELD_TEXT, .min = 3, .max = 3,
	  .label = "Currency", .example = "USD" },
	{ .name = "contractStartDate", .type = FIELD_DATE,
	  .label = "Contract start" },
	{ .name = "contractEndDate", .type = FIELD_DATE,
	  .label = "Contract end" },
	{ .name = "renewalDate", .type = FIELD_DATE, .label = "Renewal" },
	{ .name = "customAttributes", .type = FIELD_OBJECT, .max = 32000,
	  .label = "Custom attributes" },
	END
};
static const struct field customer_page_fields[] = { CUSTOMER_PAGE, END };

static const struct field customer_alert_fields[] = {
	CUSTOMER_PAGE,
	CUSTOMER_CSM,
	END
};

#define CUSTOMER_PERCENT(field, text) \
	{ .name = field, .type = FIELD_INT, .min = 0, .max = 100, \
	  .label = text }

static const struct field customer_profile_fields[] = {
	{ .name = "businessObjectives", .type = FIELD_LIST, .max = 20000,
	  .of = "ProfileText", .label = "Business objectives",
	  .example = "[\"Shorten time to report\"]" },
	{ .name = "successCriteria", .type = FIELD_LIST, .max = 20000,
	  .of = "ProfileText", .label = "Success criteria" },
	{ .name = "valueMetrics", .type = FIELD_LIST, .max = 20000,
	  .of = "ValueMetric", .label = "Value metrics",
	  .example = "[{\"name\": \"Hours saved\", \"baseline\": 0, "
	      "\"target\": 120, \"current\": 75}]" },
	{ .name = "onboardingStatus", .type = FIELD_CHOICE,
	  .choices = "NOT_STARTED|IN_PROGRESS|COMPLETED|ON_HOLD|CANCELLED",
	  .label = "Onboarding" },
	{ .name = "onboardingStartDate", .type = FIELD_DATE,
	  .label = "Onboarding began" },
	{ .name = "onboardingCompletedDate", .type = FIELD_DATE,
	  .label = "Onboarding completed" },
	{ .name = "dataMigrationStatus", .type = FIELD_CHOICE,
	  .choices = "NOT_STARTED|IN_PROGRESS|COMPLETED|FAILED",
	  .label = "Data migration" },
	CUSTOMER_PERCENT("trainingCompletion", "Training"),
	CUSTOMER_PERCENT("adoptionRate", "Adoption"),
	{ .name = "npsScore", .type = FIELD_INT, .min = -100, .max = 100,
	  .label = "NPS" },
	CUSTOMER_PERCENT("csatScore", "CSAT"),
	CUSTOMER_PERCENT("cesScore", "CES"),
	CUSTOMER_PERCENT("expansionProbability", "Expansion probability"),
	END
};

static const struct field customer_calculate_fields[] = {
	CUSTOMER_PERCENT("engagementScore", "Engagement"),
	CUSTOMER_PERCENT("successScore", "Success"),
	CUSTOMER_PERCENT("satisfactionScore", "Satisfaction"),
	CUSTOMER_PERCENT("financialScore", "Financial"),
	{ .name = "components", .type = FIELD_OBJECT, .max = 4000,
	  .label = "Components" },
	END
};
/* clang-format on */

#endif
