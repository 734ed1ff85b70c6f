// SPDX-License-Identifier: Apache-2.0
#include <llama.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "core/boundary.h"
#include "core/parallel.h"
#include "core/text/json.h"
#include "vec2vec/error.h"
#include "vec2vec/language_model.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {

constexpr std::size_t kMostSequences = 32;  // read together
constexpr Index kMostTokens = 512,
                kMostPlaces = 96;  // of one call of llama_decode; a place has a row as long as the vocabulary

/// The last thing llama.cpp complained about; it says so only to its log, from any thread.
class Complaint {
 public:
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  void set(std::string_view text) {
    const std::lock_guard lock(mutex_);
    text_ = text.substr(0, text.find_last_not_of('\n') + 1);
  }

 private:
  std::mutex mutex_;
  std::string text_;
};
Complaint complaint;

void keep_complaint(ggml_log_level level, const char* text, void*) noexcept {
  if (level != GGML_LOG_LEVEL_ERROR) return;
  try {
    complaint.set(text);
  } catch (...) {  // no memory for it; llama.cpp's own frames must not be unwound
  }
}

struct FreeModel {
  void operator()(llama_model* model) const { llama_model_free(model); }
  void operator()(llama_context* context) const { llama_free(context); }
};

std::size_t common_prefix(std::span<const Token> a, std::span<const Token> b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

/// logits (count): what the model expects, with the k likeliest tokens; actual < 0: no token stands there.
Expectation expectation(const float* logits, Index count, Token actual, Index k) {
  const float largest = *std::max_element(logits, logits + count);
  constexpr Index kLanes = 8;  // partial sums that the compiler keeps in one register
  double total = 0;
  for (Index first = 0; first < count; first += 4096) {
    float lanes[kLanes] = {};
    const Index end = std::min(count, first + 4096);
    for (Index i = first; i < end; ++i) lanes[i % kLanes] += std::exp(logits[i] - largest);
    for (const float lane : lanes) total += static_cast<double>(lane);
  }
  const double normaliser = static_cast<double>(largest) + std::log(total);
  Expectation e;
  if (actual >= 0) e.log_probability = static_cast<double>(logits[actual]) - normaliser;
  const auto before = [&](Token a, Token b) { return logits[a] > logits[b] || (logits[a] == logits[b] && a < b); };
  std::vector<Token> heap;  // the k best so far, the worst of them in front
  k = std::min(k, count);
  for (Index i = 0; i < count && k > 0; ++i) {
    const auto token = static_cast<Token>(i);
    if (static_cast<Index>(heap.size()) == k) {
      if (!before(token, heap.front())) continue;
      std::pop_heap(heap.begin(), heap.end(), before);
      heap.pop_back();
    }
    heap.push_back(token);
    std::push_heap(heap.begin(), heap.end(), before);
  }
  std::sort(heap.begin(), heap.end(), before);
  for (const Token token : heap) e.likeliest.push_back({token, static_cast<double>(logits[token]) - normaliser});
  return e;
}

class LlamaModel final : public LanguageModel {
 public:
  LlamaModel(const std::string& path, const LanguageModelOptions& options) : threads_(thread_count(options.threads)) {
    options.validate();
    static std::once_flag once;
    std::call_once(once, [] {
      llama_log_set(keep_complaint, nullptr);
      llama_backend_init();
    });
    if (!std::filesystem::is_regular_file(path)) bad_input("there is no such file", path, "a GGUF file; see scripts/models.sh");
    complaint.set("");
    llama_model_params model_params = llama_model_default_params();
    model_params.n_gpu_layers = 0;
    model_params.use_extra_bufts = false;  // llama.cpp crashes on CPUs with AMX with them (its issue 20824)
    model_.reset(llama_model_load_from_file(path.c_str(), model_params));
    if (!model_) bad_input("llama.cpp cannot read this model: " + complaint.text(), path, "a complete GGUF file");
    vocabulary_ = llama_model_get_vocab(model_.get());
    tokens_ = llama_vocab_n_tokens(vocabulary_);
    if (llama_model_has_encoder(model_.get()) || !llama_model_has_decoder(model_.get()) ||
        llama_model_is_recurrent(model_.get()) || llama_model_is_hybrid(model_.get()))
      bad_input("is not a decoder with attention only", path, "a model such as Gemma, Llama or Qwen");

    llama_context_params params = llama_context_default_params();
    params.n_ctx = static_cast<std::uint32_t>(options.context);
    params.n_batch = params.n_ubatch = static_cast<std::uint32_t>(kMostTokens);
    params.n_outputs_max = static_cast<std::uint32_t>(kMostPlaces);
    params.n_seq_max = 2 * kMostSequences + 1;
    params.n_threads = params.n_threads_batch = threads_;
    params.kv_unified = true;  // copying a sequence then only marks cells
    params.swa_full = true;
    params.no_perf = true;
    context_.reset(llama_init_from_model(model_.get(), params));
    if (!context_) bad_input("llama.cpp cannot run this model: " + complaint.text(), path, "a smaller context");
    for (llama_seq_id id = static_cast<llama_seq_id>(params.n_seq_max); id-- > 0;) free_.push_back(id);

    char description[128] = {};
    llama_model_desc(model_.get(), description, sizeof description);
    card_ = json_text({{"kind", description},
                       {"parameters", llama_model_n_params(model_.get())},
                       {"sha256", file_sha256(path)},
                       {"runtime", std::string("llama.cpp ") + llama_version()}});
  }

  const std::string& card() const override { return card_; }

  std::vector<Token> tokenize(std::string_view text, bool start) const override {
    std::vector<Token> tokens(text.size() + 8);
    const auto run = [&] {
      return llama_tokenize(vocabulary_, text.data(), static_cast<std::int32_t>(text.size()), tokens.data(),
                            static_cast<std::int32_t>(tokens.size()), start, false);
    };
    std::int32_t count = run();
    if (count < 0) {
      tokens.resize(static_cast<std::size_t>(-count));
      count = run();
    }
    tokens.resize(static_cast<std::size_t>(std::max(count, 0)));
    return tokens;
  }

  std::string piece(Token token) const override {
    std::string bytes(64, '\0');
    const auto run = [&] {
      return llama_token_to_piece(vocabulary_, token, bytes.data(), static_cast<std::int32_t>(bytes.size()), 0, false);
    };
    std::int32_t count = run();
    if (count < 0) {
      bytes.resize(static_cast<std::size_t>(-count));
      count = run();
    }
    bytes.resize(static_cast<std::size_t>(std::max(count, 0)));
    return bytes;
  }

  std::vector<std::vector<Expectation>> read(std::span<const Sequence> sequences, Index k) override try {
    std::vector<std::vector<Expectation>> found;
    for (std::size_t begin = 0; begin < sequences.size(); begin += kMostSequences)
      read_some(sequences.subspan(begin, std::min(kMostSequences, sequences.size() - begin)), k, found);
    return found;
  } catch (...) {
    rethrow_as_error();
  }

 private:
  /// A sequence whose keys and values are in the cache.
  struct Held {
    std::vector<Token> tokens;
    llama_seq_id id = 0;
  };
  struct Place {
    std::size_t sequence, at;  // expects the token at this place
  };

  void read_some(std::span<const Sequence> sequences, Index k, std::vector<std::vector<Expectation>>& found) {
    std::size_t shared = sequences[0].tokens.size();
    for (const Sequence& s : sequences) {
      if (s.first < 1 || s.first > s.tokens.size())
        throw Error(ErrorKind::kInternal, "a sequence is to be read from outside itself");
      shared = std::min({shared, s.first - 1, common_prefix(sequences[0].tokens, s.tokens)});
    }
    // What all have in common, a prompt, is computed once.
    if (shared > 0 && nearest(sequences[0].tokens, shared).second < shared) {
      Sequence prompt{{sequences[0].tokens.begin(), sequences[0].tokens.begin() + static_cast<std::ptrdiff_t>(shared)}, shared};
      compute({&prompt, 1}, 0, nullptr);
    }
    const std::size_t base = found.size();
    for (const Sequence& s : sequences) found.emplace_back(s.tokens.size() + 1 - s.first);
    compute(sequences, k, found.data() + base);
  }

  /// The held sequence with the longest common prefix, at most `most` long: its number and that length.
  std::pair<std::size_t, std::size_t> nearest(std::span<const Token> tokens, std::size_t most) const {
    std::pair<std::size_t, std::size_t> best{0, 0};
    for (std::size_t h = 0; h < held_.size(); ++h) {
      const std::size_t length = std::min(most, common_prefix(held_[h].tokens, tokens));
      if (length > best.second) best = {h, length};
    }
    return best;
  }

  /// Runs what is not held of the sequences, which then take the place of those held. found: null = no expectations wanted.
  void compute(std::span<const Sequence> sequences, Index k, std::vector<Expectation>* found) {
    llama_memory_t memory = llama_get_memory(context_.get());
    std::vector<Held> next;
    std::vector<std::size_t> known;
    for (const Sequence& s : sequences) {
      const auto [from, length] = nearest(s.tokens, found ? s.first - 1 : s.tokens.size());
      next.push_back({s.tokens, free_.back()});
      free_.pop_back();
      known.push_back(length);
      if (length > 0) llama_memory_seq_cp(memory, held_[from].id, next.back().id, 0, static_cast<llama_pos>(length));
    }
    for (const Held& old : held_) {
      llama_memory_seq_rm(memory, old.id, -1, -1);
      free_.push_back(old.id);
    }
    held_ = std::move(next);

    llama_batch batch = llama_batch_init(static_cast<std::int32_t>(kMostTokens), 0, 1);
    const std::unique_ptr<llama_batch, void (*)(llama_batch*)> guard(&batch, [](llama_batch* b) { llama_batch_free(*b); });
    batch.n_tokens = 0;
    std::vector<Place> places;
    const auto flush = [&] {
      if (batch.n_tokens > 0) decode(batch, places, k, sequences, found);
      batch.n_tokens = 0;
      places.clear();
    };
    for (std::size_t s = 0; s < sequences.size(); ++s)
      for (std::size_t at = known[s]; at < sequences[s].tokens.size(); ++at) {
        const std::int32_t i = batch.n_tokens++;
        batch.token[i] = sequences[s].tokens[at];
        batch.pos[i] = static_cast<llama_pos>(at);
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = held_[s].id;
        batch.logits[i] = found && at + 1 >= sequences[s].first;
        if (batch.logits[i]) places.push_back({s, at + 1});
        if (batch.n_tokens == kMostTokens || static_cast<Index>(places.size()) == kMostPlaces) flush();
      }
    flush();
  }

  void decode(const llama_batch& batch, const std::vector<Place>& places, Index k, std::span<const Sequence> sequences,
              std::vector<Expectation>* found) {
    if (const int code = llama_decode(context_.get(), batch); code != 0) {
      forget();
      if (code == 1)
        bad_input("the sequences are longer than the context of " + std::to_string(llama_n_ctx(context_.get())) + " tokens",
                  "language model", "fewer or shorter texts in the prompt");
      throw Error(ErrorKind::kInternal, "llama.cpp failed with code " + std::to_string(code) + ": " + complaint.text());
    }
    std::vector<const float*> logits;
    for (std::int32_t i = 0; i < batch.n_tokens; ++i)
      if (batch.logits[i]) logits.push_back(llama_get_logits_ith(context_.get(), i));
    parallel_for(static_cast<Index>(places.size()), threads_, [&](Index p) {
      const auto [s, at] = places[static_cast<std::size_t>(p)];
      const auto& tokens = sequences[s].tokens;
      found[s][at - sequences[s].first] =
          expectation(logits[static_cast<std::size_t>(p)], tokens_, at < tokens.size() ? tokens[at] : -1, k);
    });
  }

  void forget() {
    llama_memory_clear(llama_get_memory(context_.get()), false);
    for (const Held& old : held_) free_.push_back(old.id);
    held_.clear();
  }

  int threads_;
  std::unique_ptr<llama_model, FreeModel> model_;
  std::unique_ptr<llama_context, FreeModel> context_;
  const llama_vocab* vocabulary_ = nullptr;
  Index tokens_ = 0;
  std::string card_;
  std::vector<Held> held_;
  std::vector<llama_seq_id> free_;
};

}  // namespace

bool has_language_models() { return true; }

std::unique_ptr<LanguageModel> open_language_model(const std::string& gguf_path, const LanguageModelOptions& options) try {
  return std::make_unique<LlamaModel>(gguf_path, options);
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
