using System.Text.Json;
using Spectre.Console.Testing;

namespace Outbox.Cli.Tests;

/// <summary>Runs the command as a terminal does, and keeps what it printed.</summary>
internal sealed class Terminal : IDisposable
{
    private readonly TestConsole _console = new() { Profile = { Width = 240 } };

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public string Output => _console.Output;

    public Task<int> RunAsync(params string[] arguments) => OutboxTool.RunAsync(arguments, _console, Clock);

    /// <summary>Runs it for a script, and reads its one line of JSON.</summary>
    public async Task<JsonElement> AskAsync(params string[] arguments)
    {
        Assert.Equal(0, await RunAsync([.. arguments, "--json"]));
        return Read(Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    public IReadOnlyList<JsonElement> Lines() =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read)];

    public void Answer(string key) => _console.Input.PushTextWithEnter(key);

    public void BeInteractive() => _console.Profile.Capabilities.Interactive = true;

    private static JsonElement Read(string line) => JsonSerializer.Deserialize<JsonElement>(line);

    public void Dispose() => _console.Dispose();
}
