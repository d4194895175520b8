using System.Diagnostics;

namespace Outbox.Tests.Json;

/// <summary>Asks one Node.js process many questions at once: a line each in, a line each out.</summary>
internal static class NodeProcess
{
    /// <param name="answer">A JavaScript function from a line to a string or a Buffer.</param>
    /// <param name="lines">The questions, without line breaks.</param>
    /// <returns>The answers in UTF-8.</returns>
    public static async Task<List<byte[]>> AskAsync(string answer, IEnumerable<string> lines)
    {
        var script = $$"""
            const answer = {{answer}};
            const lines = require('fs').readFileSync(0, 'latin1').split('\n').slice(0, -1);
            process.stdout.write(lines.map(line => Buffer.from(answer(line)).toString('base64') + '\n').join(''));
            """;
        var start = new ProcessStartInfo("node")
        {
            ArgumentList = { "--max-old-space-size=1024", "-e", script },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        await using (var input = node.StandardInput)
        {
            input.NewLine = "\n";
            foreach (var line in lines)
            {
                await input.WriteLineAsync(line);
            }
        }

        var answers = (await output).Split('\n', StringSplitOptions.None);
        await node.WaitForExitAsync();
        return node.ExitCode == 0
            ? [.. answers.SkipLast(1).Select(Convert.FromBase64String)]
            : throw new InvalidOperationException($"node failed: {await errors}");
    }
}
