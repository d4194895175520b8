using System.Text;

namespace Outbox.Cli.Tests;

public sealed class VerifyTests : IDisposable
{
    private readonly Terminal _terminal = new() { Clock = new StoppedClock(Signed.SentAt) };
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public async Task A_request_as_it_was_on_the_wire_is_judged()
    {
        await CaptureAsync(Signed.Body);

        Assert.Equal(0, await VerifyAsync());
        Assert.Contains("genuine", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("msg_1", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_one_ends_with_1_and_names_the_likely_mistake()
    {
        await CaptureAsync(Signed.Body + "\n");

        Assert.Equal(1, await VerifyAsync());
        Assert.Contains("likely", _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Signed.StandardSecret, _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_and_body_can_be_given_apart_and_an_old_capture_is_judged_as_of_then()
    {
        await File.WriteAllTextAsync(_file, Signed.Body);
        var headers = Signed.Standard().Headers.SelectMany(header => new[] { "--header", $"{header.Key}: {header.Value}" });
        using var later = new Terminal { Clock = new StoppedClock(Signed.SentAt.AddDays(100)) };
        string[] arguments = ["verify", "--secret", Signed.StandardSecret, "--body", _file, .. headers];

        Assert.Equal(1, await later.RunAsync(arguments));
        Assert.True((await later.AskAsync([.. arguments, "--at", "2026-05-25T14:01Z"])).GetProperty("valid").GetBoolean());
    }

    [Theory]
    [InlineData("--request or --body", "verify", "--secret", "s")]
    [InlineData("There is no profile 'stripe'", "verify", "--secret", "s", "--profile", "stripe", "--request", "x")]
    [InlineData("With which secret?", "verify", "--request", "x")]
    [InlineData("'yesterday' is no time", "verify", "--secret", "s", "--request", "x", "--at", "yesterday")]
    [InlineData("'no colon' is no header", "verify", "--secret", "s", "--body", "/dev/null", "--header", "no colon")]
    [InlineData("/nowhere/x", "verify", "--secret", "s", "--request", "/nowhere/x")]
    public async Task What_cannot_be_asked_ends_with_2_and_a_sentence(string sentence, params string[] arguments)
    {
        Assert.Equal(2, await _terminal.RunAsync(arguments));

        Assert.Contains(sentence.Split(" or ")[0], _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _terminal.Output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _terminal.Dispose();
        File.Delete(_file);
    }

    private Task<int> VerifyAsync() => _terminal.RunAsync("verify", "--secret", Signed.StandardSecret, "--request", _file);

    private Task CaptureAsync(string body)
    {
        var lines = Signed.Standard().Headers.Select(header => $"{header.Key}: {header.Value}\r\n");
        return File.WriteAllBytesAsync(_file, Encoding.UTF8.GetBytes($"POST /hooks HTTP/1.1\r\nHost: example.com\r\n{string.Concat(lines)}\r\n{body}"));
    }
}
