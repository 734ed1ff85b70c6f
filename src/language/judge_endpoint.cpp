// SPDX-License-Identifier: Apache-2.0
#include "core/boundary.h"
#include "vec2vec/endpoint_judge.h"
#include "vec2vec/error.h"

namespace vec2vec {

void JudgeEndpoint::validate() const {
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    bad_input("is no http or https URL", url, "e.g. http://localhost:8080/v1");
  if (url.find_first_of("@ \r\n") != std::string::npos)
    bad_input("must hold no user, password or space", "the URL of the judge's endpoint", "a key, which is sent in a header");
  if (model.empty()) bad_input("is missing", "the name of the judge's model");
  if (key.find_first_of("\r\n") != std::string::npos) bad_input("has more than one line", "the judge's key");
  CheckOptions("JudgeEndpoint").require(seconds > 0 && seconds < 1e6, "seconds", "must lie above 0 and below 1000000");
}

}  // namespace vec2vec
