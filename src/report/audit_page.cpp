#include "report/audit_template.h"
#include "report/page.h"
#include "vec2vec/audit.h"

namespace vec2vec {

std::string audit_page(const std::string& json) { return fill_page(kAuditTemplate, json); }

}  // namespace vec2vec
