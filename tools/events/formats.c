/* SPDX-License-Identifier: MIT */
#include "tools/events/listing.h"

const struct tt_listing_format tt_listing_formats[] = {
    {"text", NULL, tt_listing_text},
    {"json", NULL, tt_listing_json},
    {"csv", tt_listing_csv_begin, tt_listing_csv},
    {NULL, NULL, NULL},
};
