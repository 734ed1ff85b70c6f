// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "vec2vec/text_scores.h"

// Thread-safe; one judge is for one thread at a time. An exception of a progress function ends the call and comes out of it
// (progress.h).
namespace vec2vec {

/// A language model behind a server that speaks the OpenAI protocol (OpenAI, llama.cpp, Ollama, vLLM ...).
struct JudgeEndpoint {
  std::string url;      ///< http or https, up to the version, e.g. "http://localhost:8080/v1"; without user and password
  std::string model;    ///< the name that the server knows it by
  std::string key;      ///< sent as "Authorization: Bearer KEY"; empty: no such header
  double seconds = 60;  ///< limit of one answer, > 0

  /// Throws Error{kBadInput} naming the first of these out of range.
  void validate() const;
};

/// Whether this build can ask one (libcurl was found).
bool has_judge_endpoints();

/// A judge that asks the endpoint, POST url/chat/completions, how much of the true text the found one gives away: a whole
/// number from 0 to 100. Both texts of each pair are sent, so they leave the machine when the server is another one.
/// Redirections are not followed. A server that is busy (429, 503) is asked again up to 3 times, after 1, 2 and 4 seconds.
/// Throws Error{kBadInput} when options are out of range or in a build without libcurl; the judge throws it for a status other
/// than 200 or an answer without such a number, Error{kUnavailable} when there is no answer, and Error{kInterrupted} when
/// progress says so. Cost: a request a pair, one after the other.
LeakJudge endpoint_judge(const JudgeEndpoint& endpoint, Progress progress = {});

}  // namespace vec2vec
