/* SPDX-License-Identifier: MIT */
#include "tools/report/sarif/sarif.h"

#include "tools/report/json.h"

json_t *tt_sarif_root(void)
{
	g_autofree char *folder = g_get_current_dir();
	g_autofree char *uri = g_filename_to_uri(folder, NULL, NULL);
	g_autofree char *slashed = g_strconcat(uri ? uri : "file://", "/", NULL);

	return json_pack("{s{ss}}", TT_SARIF_ROOT, "uri", slashed);
}

/* Below the working folder paths are relative, as code scanning wants them. */
static json_t *artifact_of(const char *path)
{
	g_autofree char *uri =
	    g_path_is_absolute(path) ? g_filename_to_uri(path, NULL, NULL) : g_uri_escape_string(path, "/", FALSE);

	if (g_path_is_absolute(path))
		return json_pack("{ss}", "uri", uri ? uri : "");
	return json_pack("{ssss}", "uri", uri, "uriBaseId", TT_SARIF_ROOT);
}

/* Without its source file, the binary and the address in it. NULL if not even that is known. */
static json_t *physical_of(const struct tt_site *site)
{
	json_t *json = NULL;

	if (site->file) {
		json = json_pack("{so}", "artifactLocation", artifact_of(site->file));
		if (site->line > 0)
			json_object_set_new(json, "region", json_pack("{si}", "startLine", site->line));
	} else if (site->module) {
		json = json_pack("{so s{sI}}", "artifactLocation", artifact_of(site->module), "address",
		                 "relativeAddress", (json_int_t)site->offset);
	}
	return json;
}

json_t *tt_sarif_location(const struct tt_check *check, const struct tt_access *place)
{
	const struct tt_site *site = place->caller ? tt_access_site(check, place) : NULL;
	json_t *json = json_object();

	if (!site)
		return json;
	json_object_set_new(json, "physicalLocation", physical_of(site));
	if (site->function) {
		json_t *function = json_object();
		json_object_set_new(function, "fullyQualifiedName", tt_json_text(site->function));
		json_object_set_new(function, "kind", json_string("function"));
		json_object_set_new(json, "logicalLocations", json_pack("[o]", function));
	}
	return json;
}
