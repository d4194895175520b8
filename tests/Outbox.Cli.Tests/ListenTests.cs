using System.Net;
using System.Text;
using Outbox.Cli.Listening;
using Outbox.Profiles;

namespace Outbox.Cli.Tests;

public sealed class ListenTests
{
    private readonly List<Arrival> _arrivals = [];

    [Fact]
    public async Task It_verifies_and_answers_one_after_the_other_and_the_last_for_ever()
    {
        await using var site = await StartAsync(new Behaviour { Answers = [500, 200] });

        Assert.Equal(HttpStatusCode.InternalServerError, await PostAsync(site.Urls.Single()));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(site.Urls.Single()));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(site.Urls.Single()));

        Assert.All(_arrivals, arrival => Assert.True(arrival.Verification.IsValid));
        Assert.Equal([500, 200, 200], _arrivals.Select(arrival => arrival.Answered));
        Assert.Equal(Signed.Body, _arrivals[0].Body);
    }

    [Fact]
    public async Task What_is_not_genuine_is_answered_401()
    {
        await using var site = await StartAsync(new Behaviour());

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(site.Urls.Single(), Signed.Body + " "));

        Assert.False(Assert.Single(_arrivals).Verification.IsValid);
    }

    [Fact]
    public async Task It_can_cut_the_connection()
    {
        await using var site = await StartAsync(new Behaviour { Reset = true });

        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(site.Urls.Single()));

        Assert.Null(Assert.Single(_arrivals).Answered);
    }

    [Theory]
    [InlineData(Signed.Body, 0)]
    [InlineData(Signed.Body + " ", 1)]
    public async Task After_enough_requests_it_ends_and_tells_whether_all_were_genuine(string body, int exitCode)
    {
        using var terminal = new Terminal { Clock = new StoppedClock(Signed.SentAt) };

        var running = terminal.RunAsync("listen", "--port", "0", "--secret", Signed.StandardSecret, "--count", "1", "--json");
        await PostAsync(await UrlAsync(terminal, running), body);

        Assert.Equal(exitCode, await running);
        Assert.Equal(body, terminal.Lines()[1].GetProperty("body").GetString());
    }

    private static async Task<string> UrlAsync(Terminal terminal, Task running)
    {
        while (!running.IsCompleted && !terminal.Output.Contains('\n', StringComparison.Ordinal))
        {
            await Task.Yield();
        }

        return terminal.Lines()[0].GetProperty("url").GetString()!;
    }

    private static async Task<HttpStatusCode> PostAsync(string url, string body = Signed.Body)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        foreach (var (name, value) in Signed.Standard().Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private Task<Microsoft.AspNetCore.Builder.WebApplication> StartAsync(Behaviour behaviour) =>
        new Receiver(WebhookProfile.Standard, Signed.StandardSecret, behaviour, new StoppedClock(Signed.SentAt), _arrivals.Add)
            .StartAsync(0, CancellationToken.None);
}
