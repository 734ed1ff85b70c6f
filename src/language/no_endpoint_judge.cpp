// SPDX-License-Identifier: Apache-2.0
// What takes the place of endpoint_judge.cpp in a build without libcurl.
#include "vec2vec/endpoint_judge.h"
#include "vec2vec/error.h"

namespace vec2vec {

bool has_judge_endpoints() { return false; }

LeakJudge endpoint_judge(const JudgeEndpoint&, Progress) {
  bad_input("this build cannot ask an endpoint: libcurl was not found", "judge endpoint",
            "scripts/setup.sh, then configure and build again (cmake --preset release)");
}

}  // namespace vec2vec
