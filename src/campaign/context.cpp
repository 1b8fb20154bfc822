#include "blockspin/campaign/context.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "blockspin/base/log.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/campaign/kind.hpp"
#include "blockspin/campaign/runner.hpp"
#include "pace.hpp"
#include "recorded.hpp"

namespace blockspin::campaign {

namespace {

/// What goes on after a stop: the same command, where it had --resume.
const char* command_to_go_on(archive::OnExisting existing) {
  switch (existing) {
  case archive::OnExisting::resume: return "run the same command again";
  case archive::OnExisting::refuse: return "run the same command with --resume";
  case archive::OnExisting::overwrite: return "run the same command with --resume in place of --overwrite";
  }
  return "";
}

} // namespace

void throw_stopped(const mpi::StopFlag& stop, archive::OnExisting existing, const std::string& where,
                   const std::string& place) {
  const std::string file = stop.file_that_stands();
  Error error(ErrorKind::stopped,
              "stopped by " + stop.reason() +
                  (place.empty() ? "; what it was doing begins again" : " " + place) + "; to go on, " +
                  (file.empty() ? std::string() : "delete " + file + ", then ") + command_to_go_on(existing),
              where);
  error.set_agreed();
  throw error;
}

namespace {
/// Safe points outside steppers are not evenly spaced: seconds may follow upon microseconds.
constexpr std::uint64_t most_unheeded_points = 8;
/// A finished part is kept for a later part's sake where it took longer than this: about what a file costs.
constexpr double seconds_worth_keeping = 0.1;
} // namespace

/// What stands around a stepper at work, for as long as it is.
struct Context::Loop {
  Loop(Context& owner, Stepper& at_work, archive::CheckpointKey its_key, const std::string& label)
      : context(owner), stepper(at_work), key(std::move(its_key)), progress(label) {
    context.loop_ = this;
  }
  ~Loop() { context.loop_ = nullptr; }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void save() const {
    context.run_.checkpoints.save(key, [this](StateSink& sink) { stepper.save(sink); });
  }

  /// How far the work is that has been saved.
  std::string place() const {
    const double total = stepper.work_total();
    const std::string note = stepper.note();
    return fmt::format("after {:.1f} % of the work",
                       total > 0.0 ? 100.0 * stepper.work_done() / total : 100.0) +
           (note.empty() ? "" : " (" + note + ")") + "; its state is saved";
  }

  Context& context;
  Stepper& stepper;
  archive::CheckpointKey key;
  Progress progress;
};

Context::Context(const RunParts& run, const Stage& stage, double seconds_before)
    : run_(run), stage_(stage), start_(std::chrono::steady_clock::now()), seconds_before_(seconds_before),
      pace_(std::make_unique<Pace>(run.comm, run.plan.campaign.checkpoint_interval, most_unheeded_points)) {}

Context::~Context() = default;

void Context::look(const Pace& pace) {
  if (loop_ != nullptr)
    loop_->progress.report(loop_->stepper.work_done(), loop_->stepper.work_total(), loop_->stepper.note());
  const bool stop = run_.stop.stop_now();
  if (loop_ != nullptr && (stop || pace.checkpoint_is_due())) loop_->save();
  if (loop_ != nullptr && !stop && pace.is_continued())
    log::info(stage_.label() + ": SIGCONT came " + loop_->place());
  if (stop)
    throw_stopped(run_.stop, run_.existing, stage_.label(),
                  loop_ == nullptr ? std::string() : loop_->place());
}

void Context::safe_point() {
  if (pace_->time_to_look()) look(*pace_);
}

/// Throws where the state is beyond the deck.
bool Context::load(const Loop& loop) {
  Stepper& stepper = loop.stepper;
  const auto number = part_number(stage_, loop.key.part);
  const bool loaded =
      resumes() &&
      run_.checkpoints.load(loop.key, [&](StateSource& source, const std::vector<std::string>& changed) {
        if (number) stage_.check_state(*number, source, changed);
        stepper.load(source);
      });
  if (stepper.work_done() > stepper.work_total())
    throw_agreed(
        ErrorKind::archive,
        "its checkpoint is already beyond what the deck asks for; raise the deck's value, or --overwrite",
        stage_.label());
  return loaded;
}

rng::Generator Context::random(rng::StreamId purpose, std::string_view instance) const {
  const auto& declared = find_kind(run_.plan.kinds, stage_.kind())->streams;
  if (std::ranges::find(declared, purpose) == declared.end())
    throw Error(ErrorKind::internal,
                "draws from random stream " + std::to_string(static_cast<int>(purpose)) +
                    ", which its streams() do not declare",
                stage_.label());
  return {seed(), purpose, rng::instance_number(instance)};
}

void Context::run_stepper(Stepper& stepper, std::string_view part) {
  const std::string label = stage_.label() + (part.empty() ? "" : " " + std::string(part));
  Loop loop(*this, stepper, key_of(part), label);
  if (load(loop)) log::info(label + ": continues from a checkpoint");
  const bool has_work = !stepper.done(); // else its end stands as it was loaded
  const auto start = std::chrono::steady_clock::now();
  Pace pace(run_.comm, run_.plan.campaign.checkpoint_interval);
  while (!stepper.done()) {
    stepper.advance();
    if (pace.time_to_look()) look(pace);
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const bool worth_keeping = run_.comm.max(elapsed.count()) > seconds_worth_keeping;
  // The final state is kept for what may come: a later part of this stage, or a longer run.
  if (settling_)
    searches_.push_back(loop.key);
  else if (has_work && (stage_.may_grow() || (!part.empty() && worth_keeping)))
    loop.save();
}

archive::CheckpointKey Context::key_of(std::string_view part) {
  archive::CheckpointKey key = checkpoint_key(run_.plan, &run_.archive, stage_, std::string(part));
  require(settling_ || !stage_.may_grow() || part_number(stage_, key.part),
          "a stage that may grow names all its parts");
  parts_.insert(key.part);
  return key;
}

archive::StageWriter Context::begin_writing() {
  std::map<std::string, h5::Value> values = values_to_record(run_.plan, run_.archive, stage_);
  for (const auto& [key, text] : resolved_) values["auto." + key] = text;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  double seconds = seconds_before_ + elapsed.count();
  run_.comm.broadcast(std::span<double>(&seconds, 1)); // an attribute's value must not differ between ranks
  run_.archive.record("seconds." + stage_.label(), seconds);
  return run_.archive.begin_stage(stage_.kind(), stage_.name(), values, parent_groups(run_.plan, stage_),
                                  find_kind(run_.plan.kinds, stage_.kind())->rows);
}

void Context::remove_checkpoints() { run_.checkpoints.remove(stage_.group()); }

void Context::resolve(const std::string& key, const std::string& text) {
  if (const auto known = resolved_.find(key); known != resolved_.end() && known->second == text) return;
  log::info(stage_.label() + ": " + key + " = auto became " + text);
  resolved_[key] = text;
}

namespace {

constexpr const char* settled_part = "settled";

/// "key=value" lines.
std::string as_lines(const std::map<std::string, std::string>& settled) {
  std::string lines;
  for (const auto& [key, text] : settled) lines += key + "=" + text + "\n";
  return lines;
}

std::map<std::string, std::string> from_lines(const std::string& lines) {
  std::map<std::string, std::string> settled;
  for (const std::string& line : split(lines, '\n'))
    if (const auto at = line.find('='); at != std::string::npos)
      settled[line.substr(0, at)] = line.substr(at + 1);
  return settled;
}

} // namespace

std::string Context::settled_before(const std::string& key) {
  if (!resumes()) return {};
  if (const auto group = run_.archive.group(stage_.group())) {
    const auto found = group->values.find("auto." + key);
    if (found != group->values.end()) return h5::to_text(found->second);
  }
  if (settled_.empty())
    run_.checkpoints.load(key_of(settled_part), [&](StateSource& source, const auto&) {
      std::vector<char> lines(source.n_saved("lines"));
      source.replicated("lines", std::as_writable_bytes(std::span(lines)));
      settled_ = from_lines({lines.begin(), lines.end()});
    });
  return settled_.contains(key) ? settled_.at(key) : std::string();
}

std::string Context::settle(const std::string& key, const std::function<std::string()>& find) {
  settling_ = true;
  std::string text = settled_before(key);
  if (text.empty()) {
    text = find();
    settled_[key] = text;
    const std::string lines = as_lines(settled_);
    run_.checkpoints.save(key_of(settled_part), [&](StateSink& sink) {
      sink.replicated("lines", std::as_bytes(std::span(lines)));
    });
  }
  for (const auto& search : searches_) run_.checkpoints.remove_part(search);
  searches_.clear();
  settling_ = false;
  resolve(key, text);
  return text;
}

} // namespace blockspin::campaign
