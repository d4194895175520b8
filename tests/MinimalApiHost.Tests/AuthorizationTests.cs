using System.Net;

namespace MinimalApiHost.Tests;

public sealed class AuthorizationTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    public static TheoryData<string, string> Routes => new()
    {
        { "PUT", "/v1/voice/webhooks" },
        { "GET", "/v1/voice/webhooks" },
        { "POST", "/v1/webhook-endpoints" },
        { "GET", "/v1/webhook-endpoints" },
        { "GET", "/v1/webhook-endpoints/ep_1" },
        { "DELETE", "/v1/webhook-endpoints/ep_1" },
        { "POST", "/v1/calls" },
        { "GET", "/v1/calls/call_1" },
        { "POST", "/v1/calls/call_1/end" },
        { "POST", "/v1/calls/call_1/artifacts/recording" },
        { "POST", "/v1/events" },
        { "GET", "/v1/deliveries" },
        { "GET", "/v1/deliveries/dlv_1" },
        { "POST", "/v1/deliveries/dlv_1/replay" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Without_a_key_every_route_answers_401(string method, string path)
    {
        var answer = await CallAsync(platform.ApiWith(null), method, path);

        answer.IsProblem(HttpStatusCode.Unauthorized, "Authorization: Bearer");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task With_an_unknown_key_every_route_answers_401(string method, string path)
    {
        var answer = await CallAsync(platform.ApiWith("demo-key-of-somebody-else"), method, path);

        answer.IsProblem(HttpStatusCode.Unauthorized, "no such API key");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_key_that_may_only_read_changes_nothing(string method, string path)
    {
        var answer = await CallAsync(platform.ReadOnlyApi, method, path);

        if (method is "GET")
        {
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.NotFound);
        }
        else
        {
            answer.IsProblem(HttpStatusCode.Forbidden, "voice:call; this key has: voice:read");
        }
    }

    [Fact]
    public async Task The_index_needs_no_key_and_names_the_routes()
    {
        var answer = await platform.ApiWith(null).GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("POST   /v1/calls/{id}/end", answer.Texts("routes"));
    }

    [Fact]
    public async Task What_is_not_there_is_a_problem_too()
    {
        (await platform.Api.GetAsync("/v1/nothing")).IsProblem(HttpStatusCode.NotFound, "");
    }

    [Fact]
    public async Task A_tenants_key_sees_and_changes_only_its_own()
    {
        var http = platform.Start(
            ("ApiKeys:0:Key", "platform"), ("ApiKeys:0:Scopes:0", "voice:call"),
            ("ApiKeys:1:Key", "acme"), ("ApiKeys:1:Scopes:0", "voice:call"), ("ApiKeys:1:Tenant", "acme"),
            ("ApiKeys:2:Key", "umbrella"), ("ApiKeys:2:Scopes:0", "voice:call"), ("ApiKeys:2:Tenant", "umbrella"));
        var (owner, acme, umbrella) = (new Api(http, "platform"), new Api(http, "acme"), new Api(http, "umbrella"));

        var endpoint = await acme.PostAsync("/v1/webhook-endpoints", new { scope = "all", url = platform.Receiver.Url("/acme"), profile = "standard" });
        await acme.PostAsync("/v1/calls", new { id = "call_acme", from = "+16473705600", to = "+16475551234" });
        await umbrella.PostAsync("/v1/calls", new { id = "call_umbrella", from = "+16473705600", to = "+16475551234" });
        var forged = await umbrella.PostAsync("/v1/events", new { type = "call.started", tenant = "acme", data = new { } });

        forged.IsProblem(HttpStatusCode.Forbidden, "belongs to the tenant 'umbrella'");
        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/acme"));
        Assert.Equal("call_acme", (string?)received.Json["data"]!["id"]);
        var delivery = (string?)(await owner.GetAsync("/v1/deliveries"))["deliveries"]!.AsArray().Single()!["id"];
        Assert.Equal("acme", (string?)(await acme.GetAsync($"/v1/deliveries/{delivery}"))["tenant"]);
        string[] paths = [$"/v1/deliveries/{delivery}", "/v1/calls/call_acme", $"/v1/webhook-endpoints/{endpoint["id"]}"];
        foreach (var path in paths)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await umbrella.GetAsync(path)).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await umbrella.PostAsync($"/v1/deliveries/{delivery}/replay")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await umbrella.PostAsync("/v1/calls/call_acme/end", new { })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await umbrella.DeleteAsync($"/v1/webhook-endpoints/{endpoint["id"]}")).Status);
        Assert.Empty((await umbrella.GetAsync("/v1/deliveries"))["deliveries"]!.AsArray());
        Assert.Empty((await umbrella.GetAsync("/v1/webhook-endpoints"))["endpoints"]!.AsArray());
    }

    private static Task<Answer> CallAsync(Api api, string method, string path) => method switch
    {
        "GET" => api.GetAsync(path),
        "PUT" => api.PutAsync(path, new { }),
        "DELETE" => api.DeleteAsync(path),
        _ => api.PostAsync(path, new { }),
    };
}
