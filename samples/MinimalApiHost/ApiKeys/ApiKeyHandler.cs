using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using MinimalApiHost.Requests;

namespace MinimalApiHost.ApiKeys;

/// <summary>Reads <c>Authorization: Bearer &lt;API key&gt;</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IReadOnlyList<ApiKey> keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Bearer = "Bearer";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer + " ", StringComparison.OrdinalIgnoreCase))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var presented = header[(Bearer.Length + 1)..].Trim();
        return Task.FromResult(keys.FirstOrDefault(key => key.Is(presented)) is { } key
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(key.Claims(), Bearer)), Bearer))
            : AuthenticateResult.Fail("There is no such API key."));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var outcome = await HandleAuthenticateOnceSafeAsync();
        Response.Headers.WWWAuthenticate = Bearer;
        await AnswerAsync(StatusCodes.Status401Unauthorized, (outcome.Failure, keys.Count) switch
        {
            (_, 0) => "No API key is configured: set ApiKeys__0__Key and ApiKeys__0__Scopes__0.",
            ({ } failure, _) => failure.Message,
            _ => $"Send an API key: '{HeaderNames.Authorization}: {Bearer} <key>'.",
        });
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var needed = Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
        var scopes = Context.User.FindAll("scope").Select(claim => claim.Value);
        return AnswerAsync(StatusCodes.Status403Forbidden, $"This needs a key with the scope {needed}; this key has: {string.Join(", ", scopes)}.");
    }

    private Task AnswerAsync(int status, string detail) => ProblemAnswers.Problem(status, detail).ExecuteAsync(Context);
}
