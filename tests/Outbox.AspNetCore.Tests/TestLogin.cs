using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Outbox.AspNetCore.Tests;

/// <summary>Believes a header: who calls, what they may, and whose they are.</summary>
internal sealed class TestLogin(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "test";
    public const string Header = "X-Test-Login";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if ((string?)Request.Headers[Header] is not { } login)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var parts = login.Split('|');
        var identity = new ClaimsIdentity(Scheme);
        identity.AddClaim(new Claim(ClaimTypes.Name, parts[0]));
        identity.AddClaim(new Claim("may", parts[1]));
        if (parts[2].Length > 0)
        {
            identity.AddClaim(new Claim("tenant", parts[2]));
        }

        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme)));
    }
}
