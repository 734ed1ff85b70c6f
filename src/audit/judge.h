#pragma once
#include "vec2vec/audit.h"

namespace vec2vec {

/// Sets severity and reasons from what was measured, by the rule in audit.h.
void judge(AuditReport& report);

}  // namespace vec2vec
