using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using MinimalApiHost.ApiKeys;
using MinimalApiHost.Calls;
using MinimalApiHost.Webhooks;

namespace MinimalApiHost.Tests;

/// <summary>What is wrong with a request is said in the words of the API: the field as the caller wrote it, and no type of .NET.</summary>
public sealed class RequestTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    [Theory]
    [InlineData("/v1/calls", """{"form":"+16473705600"}""", "form", "Known are: id, from, to, direction")]
    [InlineData("/v1/calls", """{"from":"+16473705600","to":"+16475551234","from":"+16473705601"}""", "from", "twice")]
    [InlineData("/v1/calls", """{"from":"+1647370\ud800","to":"+16475551234"}""", "from", "surrogate")]
    [InlineData("/v1/calls", """{"from":"+16473705600","to":"+16475551234","metadata":{"note":"\udc00"}}""", "metadata.note", "surrogate")]
    [InlineData("/v1/calls", """{"from":"+16473705600","to":"+16475551234","record":"yes"}""", "record", "true or false")]
    [InlineData("/v1/calls", """{"from":"+16473705600","to":"+16475551234","webhook_url":"https://example.com/","webhook_events":"call.failed"}""", "webhook_events", "a list of texts")]
    [InlineData("/v1/calls/call_none/end", """{"durationSeconds":"long"}""", "durationSeconds", "a number")]
    [InlineData("/v1/events", """{"type":"call.ended","data":{},"wait_for":{}}""", "wait_for", "waitFor")]
    [InlineData("/v1/events", """{"type":"call.ended","data":{},"waitFor":{"recording":"soon"}}""", "waitFor.recording", "an object of numbers")]
    [InlineData("/v1/events", """{"type":"call.ended","data":{},"subject":"c","waitFor":{"":1}}""", "waitFor", "names its artifact")]
    [InlineData("/v1/webhook-endpoints", """{"scope":7,"url":"https://example.com/"}""", "scope", "a text")]
    [InlineData("/v1/webhook-endpoints", """{"scope":"campaign:","url":"https://example.com/"}""", "scope", "after 'campaign:', without")]
    [InlineData("/v1/webhook-endpoints", """{"scope":"all","url":"https://example.com/\ud800"}""", "url", "surrogate")]
    [InlineData("/v1/webhook-endpoints", """{"scope":"all","url":"https://example.com/","Scope":"all"}""", "Scope", "twice")]
    public async Task A_body_that_cannot_be_meant_names_the_field(string route, string body, string field, string detail)
    {
        var answer = await platform.Api.PostTextAsync(route, body);

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, detail, field);
        Assert.DoesNotContain("System.", answer.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("MinimalApiHost", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_routing_refuses_has_a_detail_too()
    {
        using var http = platform.Start();
        using var text = await http.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/calls")
        {
            Content = new StringContent("{}"),
            Headers = { { "Authorization", "Bearer demo-key" } },
        });

        (await platform.Api.GetAsync("/v1/call")).IsProblem(HttpStatusCode.NotFound, "There is no route /v1/call.");
        (await platform.Api.DeleteAsync("/v1/voice/webhooks")).IsProblem(HttpStatusCode.MethodNotAllowed, "does not take DELETE. It takes: GET, PUT.");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.Contains("application/json", (string?)(await text.Content.ReadFromJsonAsync<JsonNode>())!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_answers_413_with_a_detail()
    {
        const int beyondTheServersLimit = 30_000_001;
        using var host = ChildHost.Start(
            platform.Folder,
            [],
            ("ConnectionStrings__Calls", $"Data Source={Path.Combine(platform.Folder, "large.db")}"),
            ("ApiKeys__0__Key", "test-key"),
            ("ApiKeys__0__Scopes__0", ApiKey.MayCall));
        using var waiting = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        using var http = new HttpClient(waiting) { BaseAddress = await host.ListeningAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events")
        {
            Content = new ByteArrayContent(new byte[beyondTheServersLimit]) { Headers = { ContentType = new("application/json") } },
            Headers = { Authorization = new("Bearer", "test-key"), ExpectContinue = true },
        };

        using var answer = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("larger than this server reads", (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_database_is_locked_the_answer_is_503_and_says_when_to_come_again()
    {
        var file = $"Data Source={Path.Combine(platform.Folder, "locked.db")};Default Timeout=1";
        using var http = platform.Start(("ConnectionStrings:Calls", file));
        http.DefaultRequestHeaders.Add("Authorization", "Bearer demo-key");
        await using var connection = new SqliteConnection(file);
        await connection.OpenAsync();
        await using var busy = await connection.BeginTransactionAsync();

        using var answer = await http.PostAsJsonAsync("/v1/calls", new { from = "+16473705600", to = "+16475551234" });
        await busy.RollbackAsync();
        using var again = await http.PostAsJsonAsync("/v1/calls", new { from = "+16473705600", to = "+16475551234" });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(5, answer.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Contains("Nothing was changed", (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
    }

    [Fact]
    public void What_holds_a_secret_does_not_print_it()
    {
        const string secret = PlatformFixture.Secret;
        object[] holders =
        [
            new VoiceWebhook("+16473705600", "https://example.com/" + secret, secret),
            new NewEndpoint("all", "https://example.com/" + secret, "ttma", null, secret),
            new StartCall { From = "+16473705600", WebhookUrl = "https://example.com/" + secret, WebhookSecret = secret },
            new ApiKey { Key = secret },
            new EndpointView { Id = "ep_1", Scope = "all", Url = "https://example.com/" + secret, Profile = "standard", EventTypes = [], Secret = secret },
        ];

        Assert.All(holders, holder => Assert.DoesNotContain(secret, $"{holder}", StringComparison.Ordinal));
    }
}
