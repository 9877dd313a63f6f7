import java.io.FileInputStream;
import java.net.URL;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Prints what a URL has, trusting the root in a file alone: java Client.java ROOT URL. */
public class Client {
    public static void main(String[] arguments) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (FileInputStream file = new FileInputStream(arguments[0])) {
            trusted.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory pkix = TrustManagerFactory.getInstance("PKIX");
        pkix.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, pkix.getTrustManagers(), null);
        HttpsURLConnection connection = (HttpsURLConnection) new URL(arguments[1]).openConnection();
        connection.setSSLSocketFactory(context.getSocketFactory());
        System.out.write(connection.getInputStream().readAllBytes());
        System.out.flush();
    }
}
