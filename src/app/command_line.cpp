#include "blockspin/app/command_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "blockspin/app/command.hpp"
#include "blockspin/base/error.hpp"
#include "blockspin/base/text.hpp"
#include "blockspin/deck/codec.hpp"

namespace blockspin::app {

namespace {

namespace po = boost::program_options;

/// One option: how Program_options sees it. Declared once; commands name those they take.
struct Option {
  std::string name;
  std::string help;
  const po::value_semantic* (*value)(Invocation&);
};

const std::vector<Option>& options() {
  static const std::vector<Option> all = {
      {"set", "section.key=value: overrides the deck; may be given many times",
       [](Invocation& i) -> const po::value_semantic* {
         return po::value(&i.overrides)->value_name("section.key=value");
       }},
      {"over",
       "section.key=values: values of a key, separated by commas (by | where they are lists), or a range; may be "
       "given many times",
       [](Invocation& i) -> const po::value_semantic* {
         return po::value(&i.over)->value_name("section.key=values");
       }},
      {"zip", "take the first values together, then the second, ...: no product",
       [](Invocation& i) -> const po::value_semantic* { return po::bool_switch(&i.zip); }},
      {"output", "DIR: where decks go (-o DIR as well)",
       [](Invocation& i) -> const po::value_semantic* { return po::value(&i.output)->value_name("DIR"); }},
      {"resume", "continue what the archive holds; start afresh where there is nothing",
       [](Invocation& i) -> const po::value_semantic* { return po::bool_switch(&i.resume); }},
      {"overwrite", "replace an archive that exists",
       [](Invocation& i) -> const po::value_semantic* { return po::bool_switch(&i.overwrite); }},
      {"force", "run also what needs more memory or disk than there is",
       [](Invocation& i) -> const po::value_semantic* { return po::bool_switch(&i.force); }},
      {"walltime", "HH:MM:SS or D-HH:MM:SS: stop with a checkpoint at the first safe point after this time",
       [](Invocation& i) -> const po::value_semantic* {
         return po::value<std::string>()->value_name("HH:MM:SS")->notifier([&i](const std::string& text) {
           i.walltime_seconds = parse_walltime(text);
         });
       }},
      {"ranks", "N: the layout for N ranks (check), at most N ranks (verify)",
       [](Invocation& i) -> const po::value_semantic* { return po::value(&i.n_ranks)->value_name("N"); }},
      {"check", "read everything and compare it with the checksums",
       [](Invocation& i) -> const po::value_semantic* { return po::bool_switch(&i.check); }},
      {"brief", "print the results alone",
       [](Invocation& i) -> const po::value_semantic* { return po::bool_switch(&i.brief); }},
      {"all", "print keys, datasets and provenance of every stage",
       [](Invocation& i) -> const po::value_semantic* { return po::bool_switch(&i.all); }},
      {"json", "print JSON",
       [](Invocation& i) -> const po::value_semantic* { return po::bool_switch(&i.json); }},
      {"markdown", "print Markdown",
       [](Invocation& i) -> const po::value_semantic* { return po::bool_switch(&i.markdown); }},
      {"lineage", "PATH: how a group or dataset came about",
       [](Invocation& i) -> const po::value_semantic* { return po::value(&i.lineage)->value_name("PATH"); }},
      {"petsc", "options for PETSc, as one string: \"-log_view\"",
       [](Invocation& i) -> const po::value_semantic* {
         return po::value(&i.petsc_options)->value_name("STRING");
       }},
      {"rounds", "N: how often to do it",
       [](Invocation& i) -> const po::value_semantic* { return po::value(&i.n_rounds)->value_name("N"); }},
  };
  return all;
}

[[noreturn]] void usage(const std::string& message) {
  throw Error(ErrorKind::usage, message + "; see blockspin --help");
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command;
    if (std::ranges::find(names, command.name) == names.end()) names.push_back(command.name);
  }
  const std::string near = nearest(name, names);
  usage("'" + name + "' is not a command; allowed: " + joined(names, ", ") +
        (near.empty() ? "" : "; nearest: " + near));
}

/// Unknown options are looked for before Program_options sees them: its own message knows no near match.
void check_option_names(const Command& command, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (!argument.starts_with("--")) continue;
    const std::string name = argument.substr(2, argument.find('=') - 2);
    if (std::find(command.options.begin(), command.options.end(), name) != command.options.end()) continue;
    const std::string near = nearest(name, command.options);
    usage("'--" + name + "' is not an option of '" + command.name + "'" +
          (near.empty() ? "" : "; nearest: --" + near));
  }
}

/// The row of the command's name that takes that many arguments, if there is one.
const Command& row_for(const Command& first, std::size_t n_arguments) {
  for (const Command& row : commands())
    if (row.name == first.name && n_arguments >= row.least_arguments && n_arguments <= row.most_arguments)
      return row;
  return first;
}

void check_arguments(const Invocation& invocation) {
  const Command& command = *invocation.command;
  const std::size_t n = invocation.arguments.size();
  if (n < command.least_arguments) usage("'" + command.name + "' needs " + command.arguments);
  if (n > command.most_arguments)
    usage("'" + command.name + "' takes no '" + invocation.arguments.back() + "'");
  for (const std::string& argument : invocation.arguments)
    if (argument.empty() || argument.front() == '-') usage("'" + argument + "' is no " + command.arguments);
  if (invocation.resume && invocation.overwrite) usage("--resume and --overwrite exclude each other");
  if (invocation.n_ranks < 0 || invocation.n_rounds < 0) usage("a count must not be negative");
}

void read_options(Invocation& invocation, const std::vector<std::string>& arguments) {
  po::options_description described;
  for (const Option& option : options())
    described.add(boost::shared_ptr<po::option_description>(
        new po::option_description(option.name.c_str(), option.value(invocation), option.help.c_str())));
  described.add_options()("argument", po::value(&invocation.arguments));
  po::positional_options_description positional;
  positional.add("argument", -1);
  // Long names in full only: a prefix that matches silently today means something else tomorrow.
  namespace style = po::command_line_style;
  try {
    po::variables_map values;
    po::store(po::command_line_parser(arguments)
                  .options(described)
                  .positional(positional)
                  .style(style::allow_long | style::long_allow_next | style::long_allow_adjacent)
                  .run(),
              values);
    po::notify(values);
  } catch (const po::error& error) {
    usage(error.what());
  }
}

} // namespace

std::string options_text(std::span<const std::string> names) {
  std::string text;
  for (const Option& option : options())
    if (std::ranges::find(names, option.name) != names.end())
      text += fmt::format("      --{:<10} {}\n", option.name, option.help);
  return text;
}

double parse_walltime(const std::string& text) {
  const auto dash = text.find('-'); // of Slurm's days
  const auto pieces = split(dash == std::string::npos ? text : text.substr(dash + 1), ':');
  try {
    const auto days = dash == std::string::npos ? 0 : deck::parse_unsigned(text.substr(0, dash), 10000);
    if (pieces.size() == 3) {
      const auto hours = deck::parse_unsigned(pieces[0], dash == std::string::npos ? 100000 : 23),
                 minutes = deck::parse_unsigned(pieces[1], 59), seconds = deck::parse_unsigned(pieces[2], 59);
      if (days + hours + minutes + seconds > 0)
        return static_cast<double>(86400 * days + 3600 * hours + 60 * minutes + seconds);
    }
  } catch (const deck::BadValue&) { // the message below says it all
  }
  throw Error(ErrorKind::usage,
              "'" + text + "' is not a wall time; allowed: HH:MM:SS or D-HH:MM:SS, more than 0",
              "--walltime");
}

Invocation read_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty()) usage("no command given");
  Invocation invocation;
  invocation.command = &find_command(arguments.front());
  invocation.text = "blockspin " + joined(arguments, " ");
  std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (std::find(rest.begin(), rest.end(), "--help") != rest.end()) {
    invocation.command = &find_command("--help");
    invocation.arguments = {arguments.front()};
    return invocation;
  }
  if (std::ranges::find(invocation.command->options, "output") != invocation.command->options.end())
    std::ranges::replace(rest, "-o", "--output");
  check_option_names(*invocation.command, rest);
  read_options(invocation, rest);
  invocation.command = &row_for(*invocation.command, invocation.arguments.size());
  check_option_names(*invocation.command, rest);
  check_arguments(invocation);
  return invocation;
}

} // namespace blockspin::app
