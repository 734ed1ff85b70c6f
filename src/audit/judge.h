// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vec2vec/audit.h"

namespace vec2vec {

/// Sets severity, reasons and advice from what was measured, by the rule in audit.h.
void judge(AuditReport& report, const AuditOptions& options);

}  // namespace vec2vec
