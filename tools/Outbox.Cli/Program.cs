using Outbox.Cli;
using Spectre.Console;

return await OutboxTool.RunAsync(args, AnsiConsole.Console, TimeProvider.System);
